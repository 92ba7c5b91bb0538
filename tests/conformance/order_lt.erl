%% The operator in `A < B` on all pairs of mixed terms, in a body and in a guard.
-module(order_lt).
-export([start/0, id/1]).

start() ->
    run(1, 6).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [A < B || A <- values(), B <- values()];
t(2) -> [guard(id(A), id(B)) || A <- values(), B <- values()];
t(3) -> [A < B || A <- [id(3), 3.0, x], B <- values()];
t(4) -> [A < 3 || A <- values()];
t(5) -> [A < a || A <- values()];
t(6) -> [A < [] || A <- values()].

values() ->
    [0, -0.0, 1, 1.0, -1, 1.5, 1 bsl 60, 1.0e30, 1 bsl 100, -(1 bsl 100), a, b, '', {}, {1}, {a, b}, {b}, {1.0}, [], [1], [1 | 2], [1.0],
     [a, b], <<>>, <<1>>, <<1:7>>, <<1, 2>>, #{}, #{a => 1}, #{a => 1.0}, #{b => 0}, #{1 => a}, #{1.0 => a}, fun erlang:abs/1].

guard(A, B) when A < B -> yes;
guard(_, _) -> no.
