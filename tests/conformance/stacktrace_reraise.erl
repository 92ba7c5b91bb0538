%% A trace that is passed on by erlang:raise keeps its frames.
-module(stacktrace_reraise).
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

t(1) -> passed(error);
t(2) -> passed(exit);
t(3) -> passed(throw);
t(4) -> made(id([{m, f, 2, []}]));
t(5) -> made(id([{m, f, [1, 2], [{file, "a.erl"}, {line, 7}]}]));
t(6) -> made(id([]));
t(7) -> erlang:raise(error, r, id([{m, f}])).

passed(Class) ->
    try
        try erlang:raise(Class, inner, [{a, b, 1, [{file, "x"}, {line, 3}]}])
        catch C:R:S -> erlang:raise(C, {again, R}, S)
        end
    catch
        C2:R2:S2 -> {C2, R2, S2}
    end.

made(Trace) ->
    try erlang:raise(error, r, Trace) catch C:R:S -> {C, R, S} end.
