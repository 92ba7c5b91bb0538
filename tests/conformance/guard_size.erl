%% size, byte_size, bit_size, length, map_size and tuple_size with what they do not take.
-module(guard_size).
-export([start/0, id/1]).

start() ->
    run(1, 8).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [s(id(V)) || V <- [{}, {1, 2}, <<>>, <<1, 2>>, <<1:9>>, #{a => 1}, [1, 2], [1 | 2], a]];
t(2) -> byte_size(id(<<1:9>>));
t(3) -> bit_size(id(<<1:9>>));
t(4) -> size(id([]));
t(5) -> length(id([1 | 2]));
t(6) -> map_size(id([]));
t(7) -> tuple_size(id(#{}));
t(8) -> byte_size(id({})).

s(V) when tuple_size(V) >= 0 -> {tuple, tuple_size(V)};
s(V) when byte_size(V) >= 0 -> {bytes, byte_size(V), bit_size(V)};
s(V) when map_size(V) >= 0 -> {map, map_size(V)};
s(V) when length(V) >= 0 -> {list, length(V)};
s(_) -> none.
