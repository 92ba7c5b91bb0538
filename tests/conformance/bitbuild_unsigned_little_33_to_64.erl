%% Building unsigned little-endian integers of literal sizes 33 to 64, alone and between odd bits.
-module(bitbuild_unsigned_little_33_to_64).
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

t(1) -> [<<V:33/little>> || V <- values()];
t(2) -> [<<V:34/little>> || V <- values()];
t(3) -> [<<V:39/little>> || V <- values()];
t(4) -> [<<V:40/little>> || V <- values()];
t(5) -> [<<V:41/little>> || V <- values()];
t(6) -> [<<V:47/little>> || V <- values()];
t(7) -> [<<V:48/little>> || V <- values()];
t(8) -> [<<V:49/little>> || V <- values()];
t(9) -> [<<V:55/little>> || V <- values()];
t(10) -> [<<V:56/little>> || V <- values()];
t(11) -> [<<V:57/little>> || V <- values()];
t(12) -> [<<V:58/little>> || V <- values()];
t(13) -> [<<V:59/little>> || V <- values()];
t(14) -> [<<V:60/little>> || V <- values()];
t(15) -> [<<V:61/little>> || V <- values()];
t(16) -> [<<V:62/little>> || V <- values()];
t(17) -> [<<V:63/little>> || V <- values()];
t(18) -> [<<V:64/little>> || V <- values()];
t(19) -> [<<5:3, V:33/little, 1:1>> || V <- values()];
t(20) -> [<<5:3, V:40/little, 1:1>> || V <- values()];
t(21) -> [<<5:3, V:48/little, 1:1>> || V <- values()];
t(22) -> [<<5:3, V:56/little, 1:1>> || V <- values()];
t(23) -> [<<5:3, V:59/little, 1:1>> || V <- values()];
t(24) -> [<<5:3, V:62/little, 1:1>> || V <- values()].

values() ->
    [0, 1, -1, 5, -5, 16#7FFFFFFF, 16#80000001, -16#123456789ABCDEF01, 16#FEDCBA98765432100123456789].
