%% Strings: compare.
-module(string_compare).
-export([start/0, id/1]).

start() ->
    run(1, 2).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [A < B || A <- w(), B <- w()];
t(2) -> [A == B || A <- w(), B <- w()].

w() -> [id(""), "a", "ab", "b", "B", [98.0], [a], "é"].
