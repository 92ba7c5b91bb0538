%% Its on_load function takes a while.
-module(late).
-export([double/1, tell/2]).
-on_load(init/0).

init() -> receive after 100 -> erlang:display(late_is_ready), ok end.

double(N) -> N * 2.

tell(To, N) -> To ! {N, told}.
