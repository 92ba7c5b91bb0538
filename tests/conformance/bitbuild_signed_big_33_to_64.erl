%% Building signed big-endian integers of literal sizes 33 to 64, alone and between odd bits.
-module(bitbuild_signed_big_33_to_64).
-export([start/0, id/1]).

start() ->
    run(1, 24).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [<<V:33/signed>> || V <- values()];
t(2) -> [<<V:34/signed>> || V <- values()];
t(3) -> [<<V:39/signed>> || V <- values()];
t(4) -> [<<V:40/signed>> || V <- values()];
t(5) -> [<<V:41/signed>> || V <- values()];
t(6) -> [<<V:47/signed>> || V <- values()];
t(7) -> [<<V:48/signed>> || V <- values()];
t(8) -> [<<V:49/signed>> || V <- values()];
t(9) -> [<<V:55/signed>> || V <- values()];
t(10) -> [<<V:56/signed>> || V <- values()];
t(11) -> [<<V:57/signed>> || V <- values()];
t(12) -> [<<V:58/signed>> || V <- values()];
t(13) -> [<<V:59/signed>> || V <- values()];
t(14) -> [<<V:60/signed>> || V <- values()];
t(15) -> [<<V:61/signed>> || V <- values()];
t(16) -> [<<V:62/signed>> || V <- values()];
t(17) -> [<<V:63/signed>> || V <- values()];
t(18) -> [<<V:64/signed>> || V <- values()];
t(19) -> [<<5:3, V:33/signed, 1:1>> || V <- values()];
t(20) -> [<<5:3, V:40/signed, 1:1>> || V <- values()];
t(21) -> [<<5:3, V:48/signed, 1:1>> || V <- values()];
t(22) -> [<<5:3, V:56/signed, 1:1>> || V <- values()];
t(23) -> [<<5:3, V:59/signed, 1:1>> || V <- values()];
t(24) -> [<<5:3, V:62/signed, 1:1>> || V <- values()].

values() ->
    [0, 1, -1, 5, -5, 16#7FFFFFFF, 16#80000001, -16#123456789ABCDEF01, 16#FEDCBA98765432100123456789].
