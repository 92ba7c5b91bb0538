%% Comprehensions: filters.
-module(comprehension_filters).
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

t(1) -> [X || X <- id([1, 2, 3, 4]), X rem 2 =:= 0];
t(2) -> [X || X <- id([1, 2, 3]), hd(X) =:= 1];
t(3) -> [{X, Y} || X <- id([1, 2, 3]), X > 1, Y <- [X, X * 2], Y > 3];
t(4) -> << <<X>> || <<X>> <= id(<<1, 2, 3>>), X =/= 2 >>;
t(5) -> [X || X <- id([{}, {1}]), element(1, X) =:= 1].
