%% Shifts to the right, negative counts too, of values with up to 65 bits, and negative counts too, of values with up to 257 bits.
-module(bigint_bsr).
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

t(1) -> [V bsr id(0) || V <- values()];
t(2) -> [V bsr id(1) || V <- values()];
t(3) -> [V bsr id(7) || V <- values()];
t(4) -> [V bsr id(8) || V <- values()];
t(5) -> [V bsr id(26) || V <- values()];
t(6) -> [V bsr id(31) || V <- values()];
t(7) -> [V bsr id(32) || V <- values()];
t(8) -> [V bsr id(33) || V <- values()];
t(9) -> [V bsr id(63) || V <- values()];
t(10) -> [V bsr id(64) || V <- values()];
t(11) -> [V bsr id(65) || V <- values()];
t(12) -> [V bsr id(100) || V <- values()];
t(13) -> [V bsr id(-1) || V <- values()];
t(14) -> [V bsr id(-5) || V <- values()];
t(15) -> [V bsr id(-27) || V <- values()];
t(16) -> [V bsr id(-28) || V <- values()];
t(17) -> [V bsr id(-32) || V <- values()];
t(18) -> [V bsr id(-63) || V <- values()];
t(19) -> [V bsr id(-64) || V <- values()];
t(20) -> [V bsr id(-90) || V <- values()];
t(21) -> [V bsr id(0) || V <- wide()];
t(22) -> [V bsr id(1) || V <- wide()];
t(23) -> [V bsr id(7) || V <- wide()];
t(24) -> [V bsr id(8) || V <- wide()];
t(25) -> [V bsr id(26) || V <- wide()];
t(26) -> [V bsr id(31) || V <- wide()];
t(27) -> [V bsr id(32) || V <- wide()];
t(28) -> [V bsr id(33) || V <- wide()];
t(29) -> [V bsr id(63) || V <- wide()];
t(30) -> [V bsr id(64) || V <- wide()];
t(31) -> [V bsr id(65) || V <- wide()];
t(32) -> [V bsr id(100) || V <- wide()];
t(33) -> [V bsr id(-1) || V <- wide()];
t(34) -> [V bsr id(-5) || V <- wide()];
t(35) -> [V bsr id(-27) || V <- wide()];
t(36) -> [V bsr id(-28) || V <- wide()];
t(37) -> [V bsr id(-32) || V <- wide()];
t(38) -> [V bsr id(-63) || V <- wide()];
t(39) -> [V bsr id(-64) || V <- wide()];
t(40) -> [V bsr id(-90) || V <- wide()].

values() ->
    Powers = [1 bsl B || B <- [59, 60, 63, 64, 65]],
    [0 | Powers ++ [-V || V <- Powers] ++ [V - 1 || V <- Powers] ++ [1 - V || V <- Powers] ++ [-V - 1 || V <- Powers]].

wide() ->
    Powers = [1 bsl B || B <- [100, 128, 257]],
    [0 | Powers ++ [-V || V <- Powers] ++ [V - 1 || V <- Powers] ++ [1 - V || V <- Powers] ++ [-V - 1 || V <- Powers]].
