%% Building unsigned big-endian integers of literal sizes 33 to 64, alone and between odd bits.
-module(bitbuild_unsigned_big_33_to_64).
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

t(1) -> [<<V:33/integer>> || V <- values()];
t(2) -> [<<V:34/integer>> || V <- values()];
t(3) -> [<<V:39/integer>> || V <- values()];
t(4) -> [<<V:40/integer>> || V <- values()];
t(5) -> [<<V:41/integer>> || V <- values()];
t(6) -> [<<V:47/integer>> || V <- values()];
t(7) -> [<<V:48/integer>> || V <- values()];
t(8) -> [<<V:49/integer>> || V <- values()];
t(9) -> [<<V:55/integer>> || V <- values()];
t(10) -> [<<V:56/integer>> || V <- values()];
t(11) -> [<<V:57/integer>> || V <- values()];
t(12) -> [<<V:58/integer>> || V <- values()];
t(13) -> [<<V:59/integer>> || V <- values()];
t(14) -> [<<V:60/integer>> || V <- values()];
t(15) -> [<<V:61/integer>> || V <- values()];
t(16) -> [<<V:62/integer>> || V <- values()];
t(17) -> [<<V:63/integer>> || V <- values()];
t(18) -> [<<V:64/integer>> || V <- values()];
t(19) -> [<<5:3, V:33/integer, 1:1>> || V <- values()];
t(20) -> [<<5:3, V:40/integer, 1:1>> || V <- values()];
t(21) -> [<<5:3, V:48/integer, 1:1>> || V <- values()];
t(22) -> [<<5:3, V:56/integer, 1:1>> || V <- values()];
t(23) -> [<<5:3, V:59/integer, 1:1>> || V <- values()];
t(24) -> [<<5:3, V:62/integer, 1:1>> || V <- values()].

values() ->
    [0, 1, -1, 5, -5, 16#7FFFFFFF, 16#80000001, -16#123456789ABCDEF01, 16#FEDCBA98765432100123456789].
