%% Absolute values, around 2^59 .. 2^65, and of 96 to 520 bits.
-module(bigint_abs).
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

t(1) -> [abs(A) || A <- values()];
t(2) -> [abs(A) || A <- values(), is_integer(A), A < id(0)];
t(3) -> [abs(A) || V <- values(), A <- [V * id(3), V - id(1), id(0) - V]];
t(4) -> [abs(A) || A <- wide()];
t(5) -> [abs(A) || A <- wide(), is_integer(A), A < id(0)];
t(6) -> [abs(A) || V <- wide(), A <- [V * id(3), V - id(1), id(0) - V]].

values() ->
    Positive = [(1 bsl B) + D || B <- [58, 59, 60, 63, 64], D <- [-1, 0, 1]],
    [0, 1, 7 | Positive ++ [-V || V <- Positive] ++ [-1, -7]].

wide() ->
    Positive = [(1 bsl B) + D || B <- [96, 128, 200, 520], D <- [-1, 0, 12345678901]],
    [0, 1, 7 | Positive ++ [-V || V <- Positive] ++ [-1, -7]].
