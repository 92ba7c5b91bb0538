%% The functions of maps that are native.
-module(map_bifs).
-export([start/0, id/1]).

start() ->
    run(1, 15).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> maps:get(id(a), id(#{a => 1}));
t(2) -> maps:get(id(b), id(#{a => 1}));
t(3) -> maps:find(id(a), id(#{a => 1}));
t(4) -> maps:find(id(b), id(#{}));
t(5) -> maps:is_key(id(1), id(#{1.0 => x}));
t(6) -> maps:take(id(a), id(#{a => 1}));
t(7) -> maps:take(id(b), id(#{a => 1}));
t(8) -> maps:merge(id(#{a => 1}), id(#{a => 2})) =:= #{a => 2};
t(9) -> maps:from_list(id([{a, 1}, {a, 2}])) =:= #{a => 2};
t(10) -> maps:from_list(id([a]));
t(11) -> maps:update(id(b), 1, id(#{a => 1}));
t(12) -> maps:remove(id(b), id(#{})) =:= #{};
t(13) -> maps:keys(id(#{k => v}));
t(14) -> maps:values(id(#{k => v}));
t(15) -> maps:keys(id(a)).
