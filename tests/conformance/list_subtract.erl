%% -- keeps order, removes first occurrences only, on short and long lists.
-module(list_subtract).
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

t(1) -> id([a, b, a, c]) -- id([a]);
t(2) -> id([a, b, a, c]) -- id([a, a, a]);
t(3) -> seq(1, 50) -- seq(10, 60);
t(4) -> seq(1, 30) -- seq(1, 30);
t(5) -> id([{1}, {1.0}, <<1>>]) -- id([{1.0}]);
t(6) -> id(a) -- id([1]);
t(7) -> id([1]) -- id([1 | 2]).

seq(N, Max) when N > Max -> [];
seq(N, Max) -> [N | seq(N + 1, Max)].
