%% Building unsigned big-endian integers of literal sizes 0 to 16, alone and between odd bits.
-module(bitbuild_unsigned_big_1_to_16).
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

t(1) -> [<<V:0/integer>> || V <- values()];
t(2) -> [<<V:1/integer>> || V <- values()];
t(3) -> [<<V:2/integer>> || V <- values()];
t(4) -> [<<V:3/integer>> || V <- values()];
t(5) -> [<<V:4/integer>> || V <- values()];
t(6) -> [<<V:5/integer>> || V <- values()];
t(7) -> [<<V:6/integer>> || V <- values()];
t(8) -> [<<V:7/integer>> || V <- values()];
t(9) -> [<<V:8/integer>> || V <- values()];
t(10) -> [<<V:9/integer>> || V <- values()];
t(11) -> [<<V:10/integer>> || V <- values()];
t(12) -> [<<V:11/integer>> || V <- values()];
t(13) -> [<<V:12/integer>> || V <- values()];
t(14) -> [<<V:13/integer>> || V <- values()];
t(15) -> [<<V:14/integer>> || V <- values()];
t(16) -> [<<V:15/integer>> || V <- values()];
t(17) -> [<<V:16/integer>> || V <- values()];
t(18) -> [<<5:3, V:0/integer, 1:1>> || V <- values()];
t(19) -> [<<5:3, V:3/integer, 1:1>> || V <- values()];
t(20) -> [<<5:3, V:6/integer, 1:1>> || V <- values()];
t(21) -> [<<5:3, V:9/integer, 1:1>> || V <- values()];
t(22) -> [<<5:3, V:12/integer, 1:1>> || V <- values()];
t(23) -> [<<5:3, V:15/integer, 1:1>> || V <- values()].

values() ->
    [0, 1, -1, 5, -5, 16#7FFFFFFF, 16#80000001, -16#123456789ABCDEF01, 16#FEDCBA98765432100123456789].
