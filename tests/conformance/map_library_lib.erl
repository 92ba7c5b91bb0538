%% Functions of maps that are written in Erlang.
-module(map_library_lib).
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

t(1) -> lists:sort(maps:to_list(id(#{a => 1, b => 2})));
t(2) -> lists:sort(maps:to_list(maps:map(fun(_, V) -> V * 2 end, id(#{a => 1, b => 2}))));
t(3) -> maps:fold(fun(_, V, S) -> V + S end, 0, id(#{a => 1, b => 2}));
t(4) -> lists:sort(maps:to_list(maps:filter(fun(_, V) -> V > 1 end, id(#{a => 1, b => 2}))));
t(5) -> maps:size(id(#{a => 1}));
t(6) -> lists:sort(maps:keys(maps:without([a], id(#{a => 1, b => 2, c => 3}))));
t(7) -> maps:update_with(a, fun(V) -> V + 1 end, id(#{a => 1})) =:= #{a => 2}.
