%% throw, error and exit with terms of every kind, caught by class.
-module(exception_classes).
-export([start/0, id/1]).

start() ->
    run(1, 10).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [caught(fun() -> throw(id(V)) end) || V <- [a, 1, {a, 1}, "s", <<1>>, #{}]];
t(2) -> [caught(fun() -> error(id(V)) end) || V <- [a, 1, {a, 1}, "s", <<1>>, #{}]];
t(3) -> [caught(fun() -> exit(id(V)) end) || V <- [a, normal, kill, {a, 1}, "s", <<1>>, #{}]];
t(4) -> caught(fun() -> error(id(a), [1, 2]) end);
t(5) -> caught(fun() -> error(id(a), none, [{error_info, #{}}]) end);
t(6) -> caught(fun() -> erlang:raise(throw, id(r), []) end);
t(7) -> caught(fun() -> erlang:raise(exit, id(r), []) end);
t(8) -> caught(fun() -> erlang:raise(error, id(r), [{m, f, 1, []}]) end);
t(9) -> caught(fun() -> erlang:raise(id(other), id(r), []) end);
t(10) -> caught(fun() -> erlang:raise(error, id(r), id(not_a_trace)) end).

caught(F) ->
    try F() of
        V -> {value, V}
    catch
        throw:V -> {thrown, V};
        error:V -> {errored, V};
        exit:V -> {exited, V}
    end.
