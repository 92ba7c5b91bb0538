%% max/2 of mixed terms; the first of equal ones.
-module(order_max).
-export([start/0, id/1]).

start() ->
    run(1, 7).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [max(A, B) || A <- values(), B <- [id(1)]];
t(2) -> [max(A, B) || A <- values(), B <- [id(1.0)]];
t(3) -> [max(A, B) || A <- values(), B <- [id(a)]];
t(4) -> [max(A, B) || A <- values(), B <- [id({1})]];
t(5) -> [max(A, B) || A <- values(), B <- [id([1])]];
t(6) -> [max(A, B) || A <- values(), B <- [id(<<1>>)]];
t(7) -> [max(A, B) || A <- values(), B <- [id(#{})]].

values() ->
    [0, -0.0, 1, 1.0, -1, 1.5, 1 bsl 60, 1.0e30, 1 bsl 100, -(1 bsl 100), a, b, '', {}, {1}, {a, b}, {b}, {1.0}, [], [1], [1 | 2], [1.0],
     [a, b], <<>>, <<1>>, <<1:7>>, <<1, 2>>, #{}, #{a => 1}, #{a => 1.0}, #{b => 0}, #{1 => a}, #{1.0 => a}].
