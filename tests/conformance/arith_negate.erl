%% Negation, where small integers of some machine end.
-module(arith_negate).
-export([start/0, id/1]).

start() ->
    run(1, 3).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [-A || A <- values()];
t(2) -> [-A || A <- values(), is_integer(A), A < id(0)];
t(3) -> [-A || V <- values(), A <- [V * id(3), V - id(1), id(0) - V]].

values() ->
    Positive = [(1 bsl B) + D || B <- [26, 27, 28, 29, 31, 32], D <- [-1, 0, 1]],
    [0, 1, 7 | Positive ++ [-V || V <- Positive] ++ [-1, -7]].
