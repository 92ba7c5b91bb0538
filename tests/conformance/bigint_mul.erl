%% Multiplication, around 2^59 .. 2^65, and of 96 to 520 bits.
-module(bigint_mul).
-export([start/0, id/1]).

start() ->
    run(1, 14).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [A * B || A <- values(), B <- [id(1)]];
t(2) -> [A * B || A <- values(), B <- [id(-1)]];
t(3) -> [A * B || A <- values(), B <- [id(2)]];
t(4) -> [A * B || A <- values(), B <- [id(-3)]];
t(5) -> [A * B || A <- values(), B <- [id(10)]];
t(6) -> [A * B || A <- values(), B <- [id(-1000)]];
t(7) -> [A * B || A <- values(), B <- values()];
t(8) -> [A * B || A <- wide(), B <- [id(1)]];
t(9) -> [A * B || A <- wide(), B <- [id(-1)]];
t(10) -> [A * B || A <- wide(), B <- [id(2)]];
t(11) -> [A * B || A <- wide(), B <- [id(-3)]];
t(12) -> [A * B || A <- wide(), B <- [id(10)]];
t(13) -> [A * B || A <- wide(), B <- [id(-1000)]];
t(14) -> [A * B || A <- wide(), B <- wide()].

values() ->
    Positive = [(1 bsl B) + D || B <- [58, 59, 60, 63, 64], D <- [-1, 0, 1]],
    [0, 1, 7 | Positive ++ [-V || V <- Positive] ++ [-1, -7]].

wide() ->
    Positive = [(1 bsl B) + D || B <- [96, 128, 200, 520], D <- [-1, 0, 12345678901]],
    [0, 1, 7 | Positive ++ [-V || V <- Positive] ++ [-1, -7]].
