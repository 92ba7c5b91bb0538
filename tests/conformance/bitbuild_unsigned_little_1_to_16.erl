%% Building unsigned little-endian integers of literal sizes 0 to 16, alone and between odd bits.
-module(bitbuild_unsigned_little_1_to_16).
-export([start/0, id/1]).

start() ->
    run(1, 23).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [<<V:0/little>> || V <- values()];
t(2) -> [<<V:1/little>> || V <- values()];
t(3) -> [<<V:2/little>> || V <- values()];
t(4) -> [<<V:3/little>> || V <- values()];
t(5) -> [<<V:4/little>> || V <- values()];
t(6) -> [<<V:5/little>> || V <- values()];
t(7) -> [<<V:6/little>> || V <- values()];
t(8) -> [<<V:7/little>> || V <- values()];
t(9) -> [<<V:8/little>> || V <- values()];
t(10) -> [<<V:9/little>> || V <- values()];
t(11) -> [<<V:10/little>> || V <- values()];
t(12) -> [<<V:11/little>> || V <- values()];
t(13) -> [<<V:12/little>> || V <- values()];
t(14) -> [<<V:13/little>> || V <- values()];
t(15) -> [<<V:14/little>> || V <- values()];
t(16) -> [<<V:15/little>> || V <- values()];
t(17) -> [<<V:16/little>> || V <- values()];
t(18) -> [<<5:3, V:0/little, 1:1>> || V <- values()];
t(19) -> [<<5:3, V:3/little, 1:1>> || V <- values()];
t(20) -> [<<5:3, V:6/little, 1:1>> || V <- values()];
t(21) -> [<<5:3, V:9/little, 1:1>> || V <- values()];
t(22) -> [<<5:3, V:12/little, 1:1>> || V <- values()];
t(23) -> [<<5:3, V:15/little, 1:1>> || V <- values()].

values() ->
    [0, 1, -1, 5, -5, 16#7FFFFFFF, 16#80000001, -16#123456789ABCDEF01, 16#FEDCBA98765432100123456789].
