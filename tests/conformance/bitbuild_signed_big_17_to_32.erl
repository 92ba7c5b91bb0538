%% Building signed big-endian integers of literal sizes 17 to 32, alone and between odd bits.
-module(bitbuild_signed_big_17_to_32).
-export([start/0, id/1]).

start() ->
    run(1, 22).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [<<V:17/signed>> || V <- values()];
t(2) -> [<<V:18/signed>> || V <- values()];
t(3) -> [<<V:19/signed>> || V <- values()];
t(4) -> [<<V:20/signed>> || V <- values()];
t(5) -> [<<V:21/signed>> || V <- values()];
t(6) -> [<<V:22/signed>> || V <- values()];
t(7) -> [<<V:23/signed>> || V <- values()];
t(8) -> [<<V:24/signed>> || V <- values()];
t(9) -> [<<V:25/signed>> || V <- values()];
t(10) -> [<<V:26/signed>> || V <- values()];
t(11) -> [<<V:27/signed>> || V <- values()];
t(12) -> [<<V:28/signed>> || V <- values()];
t(13) -> [<<V:29/signed>> || V <- values()];
t(14) -> [<<V:30/signed>> || V <- values()];
t(15) -> [<<V:31/signed>> || V <- values()];
t(16) -> [<<V:32/signed>> || V <- values()];
t(17) -> [<<5:3, V:17/signed, 1:1>> || V <- values()];
t(18) -> [<<5:3, V:20/signed, 1:1>> || V <- values()];
t(19) -> [<<5:3, V:23/signed, 1:1>> || V <- values()];
t(20) -> [<<5:3, V:26/signed, 1:1>> || V <- values()];
t(21) -> [<<5:3, V:29/signed, 1:1>> || V <- values()];
t(22) -> [<<5:3, V:32/signed, 1:1>> || V <- values()].

values() ->
    [0, 1, -1, 5, -5, 16#7FFFFFFF, 16#80000001, -16#123456789ABCDEF01, 16#FEDCBA98765432100123456789].
