%% Building signed little-endian integers of sizes 0 to 100 known at run time only.
-module(bitbuild_signed_little_dynamic).
-export([start/0, id/1]).

start() ->
    run(1, 11).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [<<V:S/signed-little>> || S <- seq(0, 100), V <- [id(0)]];
t(2) -> [<<V:S/signed-little>> || S <- seq(0, 100), V <- [id(-1)]];
t(3) -> [<<V:S/signed-little>> || S <- seq(0, 100), V <- [id(16#1234567)]];
t(4) -> [<<V:S/signed-little>> || S <- seq(0, 100), V <- [id(-16#89ABCDEF0123)]];
t(5) -> [<<V:S/signed-little>> || S <- seq(0, 100), V <- [id(16#FEDCBA98765432100123456789ABCDEF)]];
t(6) -> Size = id(-1), <<1:Size/signed-little>>;
t(7) -> Size = id(a), <<1:Size/signed-little>>;
t(8) -> Size = id(1.0), <<1:Size/signed-little>>;
t(9) -> <<(id(a)):7/signed-little>>;
t(10) -> <<(id(1.5)):7/signed-little>>;
t(11) -> <<(id(<<1>>)):7/signed-little>>.

seq(N, Max) when N > Max -> [];
seq(N, Max) -> [N | seq(N + 1, Max)].
