%% Binaries: part, with edges and wrong arguments.
-module(binary_part).
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

t(1) -> [binary_part(id(<<1, 2, 3, 4>>), P, L) || {P, L} <- [{0, 4}, {1, 2}, {4, 0}, {4, -2}]];
t(2) -> [binary:part(id(<<1, 2, 3, 4>>), P) || P <- [{1, 1}, {4, -4}]];
t(3) -> binary_part(id(<<1>>), 0, 2);
t(4) -> binary_part(id(<<1>>), -1, 1);
t(5) -> binary:part(id(a), {0, 0}).
