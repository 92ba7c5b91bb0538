%% Every function of `lists`.
-module(lists_calls).
-export([start/0]).
-include("calls.hrl").

start() ->
    Pool = [
        [], [1, 2, 3], [3, 1, 2, 1], [{a, 1}, {b, 2}, {a, 3}], "abc", [[1], [2, 3], []], a, 0, 1, 2, 3.0, {a, 1}, {1, b},
        <<"x">>, [a | b], [[a], "bc" | d], [{1, a, x}, {2, b, y}], fun(X) -> X end, fun(X) -> X > 1 end,
        fun(X) -> {true, X} end, fun(X, Y) -> X =< Y end, fun(X, Y) -> [X | Y] end, fun(X) -> {X, X} end
    ],
    all_calls(lists, Pool, 600, []).
