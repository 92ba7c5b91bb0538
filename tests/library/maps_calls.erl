%% Every function of `maps`.
-module(maps_calls).
-export([start/0]).
-include("calls.hrl").

start() ->
    Large = maps:from_list([{N, N * N} || N <- lists:seq(1, 40)]),
    Pool = [
        #{}, #{a => 1}, #{2 => a, 3 => b}, #{1 => x, 1.0 => y}, [a, b], [{a, 1}, {b, 2}], a, b, 1, 1.0, [], "abc", [a | b],
        {a, 1}, fun(K, _) -> K =:= a end, fun(_, V) -> {true, V} end, fun(X) -> {X} end, fun(_, X, Y) -> {X, Y} end,
        fun(K, V, Acc) -> [{K, V} | Acc] end, maps:iterator(#{a => 1}), none
    ],
    all_calls(maps, Pool, 700, []),
    show(lists:sort(maps:to_list(maps:map(fun(_, V) -> V + 1 end, Large)))),
    show(lists:sort(maps:keys(Large))),
    show(maps:size(maps:without(lists:seq(1, 20), Large))),
    show(maps:with([1, 50, 40], Large)).
