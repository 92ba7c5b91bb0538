%% What the tests beside it test.
-module(calc).

-export([add/2, divide/2, forever/0]).

add(A, B) -> A + B.

divide(A, B) -> A div B.

forever() -> forever().
