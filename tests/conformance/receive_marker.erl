%% A reply with a fresh reference among many other messages.
-module(receive_marker).
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

t(1) -> [begin [self() ! {noise, K} || K <- id([1, 2, 3])], call(N) end || N <- [1, 2, 3]];
t(2) -> count(0).

call(N) ->
    Ref = make_ref(),
    Self = self(),
    spawn(fun() -> Self ! {Ref, N * 2} end),
    receive {Ref, V} -> V after 5000 -> timeout end.

count(N) -> receive {noise, _} -> count(N + 1) after 0 -> N end.
