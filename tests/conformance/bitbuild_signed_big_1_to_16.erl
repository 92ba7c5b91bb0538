%% Building signed big-endian integers of literal sizes 0 to 16, alone and between odd bits.
-module(bitbuild_signed_big_1_to_16).
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

t(1) -> [<<V:0/signed>> || V <- values()];
t(2) -> [<<V:1/signed>> || V <- values()];
t(3) -> [<<V:2/signed>> || V <- values()];
t(4) -> [<<V:3/signed>> || V <- values()];
t(5) -> [<<V:4/signed>> || V <- values()];
t(6) -> [<<V:5/signed>> || V <- values()];
t(7) -> [<<V:6/signed>> || V <- values()];
t(8) -> [<<V:7/signed>> || V <- values()];
t(9) -> [<<V:8/signed>> || V <- values()];
t(10) -> [<<V:9/signed>> || V <- values()];
t(11) -> [<<V:10/signed>> || V <- values()];
t(12) -> [<<V:11/signed>> || V <- values()];
t(13) -> [<<V:12/signed>> || V <- values()];
t(14) -> [<<V:13/signed>> || V <- values()];
t(15) -> [<<V:14/signed>> || V <- values()];
t(16) -> [<<V:15/signed>> || V <- values()];
t(17) -> [<<V:16/signed>> || V <- values()];
t(18) -> [<<5:3, V:0/signed, 1:1>> || V <- values()];
t(19) -> [<<5:3, V:3/signed, 1:1>> || V <- values()];
t(20) -> [<<5:3, V:6/signed, 1:1>> || V <- values()];
t(21) -> [<<5:3, V:9/signed, 1:1>> || V <- values()];
t(22) -> [<<5:3, V:12/signed, 1:1>> || V <- values()];
t(23) -> [<<5:3, V:15/signed, 1:1>> || V <- values()].

values() ->
    [0, 1, -1, 5, -5, 16#7FFFFFFF, 16#80000001, -16#123456789ABCDEF01, 16#FEDCBA98765432100123456789].
