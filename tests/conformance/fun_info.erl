%% What fun_info tells about local funs, and comparison of funs.
-module(fun_info).
-export([start/0, id/1]).

start() ->
    run(1, 9).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> begin X = id(1), erlang:fun_info(fun() -> X end, env) end;
t(2) -> erlang:fun_info(fun(_, _) -> id(1) end, arity);
t(3) -> erlang:fun_info(fun() -> id(1) end, type);
t(4) -> erlang:fun_info(fun() -> id(1) end, module);
t(5) -> begin F = make(1), F =:= id(F) end;
t(6) -> make(id(1)) =:= make(id(1));
t(7) -> make(id(1)) =:= make(id(2));
t(8) -> make(id(1)) < make(id(2));
t(9) -> erlang:fun_info(id(a), env).

make(N) -> fun() -> N end.
