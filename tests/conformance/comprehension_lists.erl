%% Comprehensions: lists.
-module(comprehension_lists).
-export([start/0, id/1]).

start() ->
    run(1, 7).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [{X, Y} || X <- id([1, 2]), Y <- id([a, b])];
t(2) -> [X || {ok, X} <- id([{ok, 1}, error, {ok, 2}])];
t(3) -> [X || X <- id([1, a, 2]), is_integer(X), X > 1];
t(4) -> [X || X <- id([1 | 2])];
t(5) -> [X || X <- id(a)];
t(6) -> [X || X <- id([1]), id(x)];
t(7) -> [[Y || Y <- L] || L <- id([[1], [], [2, 3]])].
