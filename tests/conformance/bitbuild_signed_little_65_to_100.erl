%% Building signed little-endian integers of literal sizes 65 to 100, alone and between odd bits.
-module(bitbuild_signed_little_65_to_100).
-export([start/0, id/1]).

start() ->
    run(1, 18).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [<<V:65/signed-little>> || V <- values()];
t(2) -> [<<V:66/signed-little>> || V <- values()];
t(3) -> [<<V:71/signed-little>> || V <- values()];
t(4) -> [<<V:72/signed-little>> || V <- values()];
t(5) -> [<<V:73/signed-little>> || V <- values()];
t(6) -> [<<V:80/signed-little>> || V <- values()];
t(7) -> [<<V:88/signed-little>> || V <- values()];
t(8) -> [<<V:90/signed-little>> || V <- values()];
t(9) -> [<<V:95/signed-little>> || V <- values()];
t(10) -> [<<V:96/signed-little>> || V <- values()];
t(11) -> [<<V:97/signed-little>> || V <- values()];
t(12) -> [<<V:99/signed-little>> || V <- values()];
t(13) -> [<<V:100/signed-little>> || V <- values()];
t(14) -> [<<5:3, V:65/signed-little, 1:1>> || V <- values()];
t(15) -> [<<5:3, V:72/signed-little, 1:1>> || V <- values()];
t(16) -> [<<5:3, V:88/signed-little, 1:1>> || V <- values()];
t(17) -> [<<5:3, V:96/signed-little, 1:1>> || V <- values()];
t(18) -> [<<5:3, V:100/signed-little, 1:1>> || V <- values()].

values() ->
    [0, 1, -1, 5, -5, 16#7FFFFFFF, 16#80000001, -16#123456789ABCDEF01, 16#FEDCBA98765432100123456789].
