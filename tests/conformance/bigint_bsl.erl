%% Shifts to the left, negative counts too, of values with up to 65 bits, and negative counts too, of values with up to 257 bits.
-module(bigint_bsl).
-export([start/0, id/1]).

start() ->
    run(1, 40).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [V bsl id(0) || V <- values()];
t(2) -> [V bsl id(1) || V <- values()];
t(3) -> [V bsl id(7) || V <- values()];
t(4) -> [V bsl id(8) || V <- values()];
t(5) -> [V bsl id(26) || V <- values()];
t(6) -> [V bsl id(31) || V <- values()];
t(7) -> [V bsl id(32) || V <- values()];
t(8) -> [V bsl id(33) || V <- values()];
t(9) -> [V bsl id(63) || V <- values()];
t(10) -> [V bsl id(64) || V <- values()];
t(11) -> [V bsl id(65) || V <- values()];
t(12) -> [V bsl id(100) || V <- values()];
t(13) -> [V bsl id(-1) || V <- values()];
t(14) -> [V bsl id(-5) || V <- values()];
t(15) -> [V bsl id(-27) || V <- values()];
t(16) -> [V bsl id(-28) || V <- values()];
t(17) -> [V bsl id(-32) || V <- values()];
t(18) -> [V bsl id(-63) || V <- values()];
t(19) -> [V bsl id(-64) || V <- values()];
t(20) -> [V bsl id(-90) || V <- values()];
t(21) -> [V bsl id(0) || V <- wide()];
t(22) -> [V bsl id(1) || V <- wide()];
t(23) -> [V bsl id(7) || V <- wide()];
t(24) -> [V bsl id(8) || V <- wide()];
t(25) -> [V bsl id(26) || V <- wide()];
t(26) -> [V bsl id(31) || V <- wide()];
t(27) -> [V bsl id(32) || V <- wide()];
t(28) -> [V bsl id(33) || V <- wide()];
t(29) -> [V bsl id(63) || V <- wide()];
t(30) -> [V bsl id(64) || V <- wide()];
t(31) -> [V bsl id(65) || V <- wide()];
t(32) -> [V bsl id(100) || V <- wide()];
t(33) -> [V bsl id(-1) || V <- wide()];
t(34) -> [V bsl id(-5) || V <- wide()];
t(35) -> [V bsl id(-27) || V <- wide()];
t(36) -> [V bsl id(-28) || V <- wide()];
t(37) -> [V bsl id(-32) || V <- wide()];
t(38) -> [V bsl id(-63) || V <- wide()];
t(39) -> [V bsl id(-64) || V <- wide()];
t(40) -> [V bsl id(-90) || V <- wide()].

values() ->
    Powers = [1 bsl B || B <- [59, 60, 63, 64, 65]],
    [0 | Powers ++ [-V || V <- Powers] ++ [V - 1 || V <- Powers] ++ [1 - V || V <- Powers] ++ [-V - 1 || V <- Powers]].

wide() ->
    Powers = [1 bsl B || B <- [100, 128, 257]],
    [0 | Powers ++ [-V || V <- Powers] ++ [V - 1 || V <- Powers] ++ [1 - V || V <- Powers] ++ [-V - 1 || V <- Powers]].
