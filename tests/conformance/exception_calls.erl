%% Calls of what is not there, with the wrong arity, or of what is no function.
-module(exception_calls).
-export([start/0, id/1]).

start() ->
    run(1, 14).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> no_such_module:f(id(1));
t(2) -> lists_of_no_kind:g();
t(3) -> exception_calls:no_such_function(id(1), 2);
t(4) -> (id(a))(1);
t(5) -> (id(1))();
t(6) -> try (fun(X) -> X end)(id(1), id(2)) catch error:{badarity, {_, A}} -> A end;
t(7) -> try (id(fun() -> 1 end))(id(1)) catch error:{badarity, {_, A}} -> A end;
t(8) -> (id(fun erlang:abs/1))(id(a));
t(9) -> (id(fun exception_calls:id/2))(1, 2);
t(10) -> apply(id(fun(X) -> X end), id([1 | 2]));
t(11) -> try apply(id(fun(X) -> X end), id([])) catch error:{badarity, {_, A}} -> A end;
t(12) -> apply(id(exception_calls), id(id), id([1, 2]));
t(13) -> (id(1)):f();
t(14) -> exception_calls:(id(1))().
