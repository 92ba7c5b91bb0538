%% Binaries: at, with edges and wrong arguments.
-module(binary_at).
-export([start/0, id/1]).

start() ->
    run(1, 5).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [binary:at(id(<<1, 2, 3>>), N) || N <- [0, 1, 2]];
t(2) -> [{binary:first(B), binary:last(B)} || B <- [id(<<1>>), <<1, 2>>]];
t(3) -> binary:at(id(<<>>), 0);
t(4) -> binary:first(id(<<>>));
t(5) -> binary:at(id(<<1>>), -1).
