%% `A / B` with floats and integers of all sizes, and results out of range.
-module(float_divide).
-export([start/0, id/1]).

start() ->
    run(1, 15).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [try A / B catch error:R -> R end || A <- values(), B <- [id(0)]];
t(2) -> [try A / B catch error:R -> R end || A <- values(), B <- [id(0.0)]];
t(3) -> [try A / B catch error:R -> R end || A <- values(), B <- [id(-0.0)]];
t(4) -> [try A / B catch error:R -> R end || A <- values(), B <- [id(1)]];
t(5) -> [try A / B catch error:R -> R end || A <- values(), B <- [id(-1.5)]];
t(6) -> [try A / B catch error:R -> R end || A <- values(), B <- [id(1.0e300)]];
t(7) -> [try A / B catch error:R -> R end || A <- values(), B <- [id(-1.0e-300)]];
t(8) -> [try A / B catch error:R -> R end || A <- values(), B <- [id(1 bsl 70)]];
t(9) -> [try A / B catch error:R -> R end || A <- values(), B <- [id(5.0e-324)]];
t(10) -> [try A / B catch error:R -> R end || A <- values(), B <- [id(1.7976931348623157e308)]];
t(11) -> fused(id(1.5), id(2));
t(12) -> fused(id(2), id(1.5));
t(13) -> fused(id(3), id(4));
t(14) -> fused(id(a), id(1.0));
t(15) -> fused(id(1.0), id(a)).

values() ->
    [0, 0.0, -0.0, 1, -1, 0.1, 0.2, 1.5, -2.75, 123456789, 1 bsl 53, (1 bsl 53) + 1, (1 bsl 70) + 1, 1.0e300, -1.0e300, 1.0e-300, 5.0e-324].

%% A chain on floats, which the compiler keeps in float registers.
fused(A, B) -> X = (A + 1.0) * (B - 0.5), Y = X / 3.0 - X * A, {X, Y, -Y}.
