%% fun M:F/A: calls, comparison, made at run time.
-module(fun_export).
-export([start/0, id/1]).

start() ->
    run(1, 18).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> (id(fun erlang:abs/1))(-1);
t(2) -> (fun fun_export:id/1)(7);
t(3) -> begin {M, F, A} = id({erlang, element, 2}), (fun M:F/A)(2, {a, b}) end;
t(4) -> id(fun erlang:abs/1) =:= id(fun erlang:abs/1);
t(5) -> id(fun erlang:abs/1) =:= id(fun erlang:hd/1);
t(6) -> id(fun erlang:abs/1) < id(fun erlang:hd/1);
t(7) -> erlang:fun_info(id(fun erlang:abs/1), arity);
t(8) -> erlang:fun_info(id(fun erlang:abs/1), type);
t(9) -> erlang:fun_info(id(fun m:f/3), name);
t(10) -> erlang:fun_to_list(id(fun m:f/3));
t(11) -> (id(fun no_module:f/1))(1);
t(12) -> (id(fun erlang:abs/1))(1, 2);
t(13) -> erlang:make_fun(id(erlang), abs, 1) =:= fun erlang:abs/1;
t(14) -> is_function(id(fun m:f/3), 3);
t(15) -> erlang:function_exported(id(erlang), abs, 1);
t(16) -> erlang:function_exported(fun_export, id(start), 0);
t(17) -> erlang:function_exported(fun_export, id(run), 2);
t(18) -> id(fun m:f/3).
