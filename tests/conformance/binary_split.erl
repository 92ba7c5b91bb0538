%% Binaries: split, with edges and wrong arguments.
-module(binary_split).
-export([start/0, id/1]).

start() ->
    run(1, 3).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [split_binary(id(<<1, 2, 3>>), N) || N <- [0, 1, 3]];
t(2) -> split_binary(id(<<1>>), 2);
t(3) -> split_binary(id(<<1:3>>), 1).
