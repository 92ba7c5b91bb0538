%% Traces of own functions: module, function, arity and line.
-module(stacktrace_own).
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

t(1) -> trace(fun() -> one(id(1)) end);
t(2) -> trace(fun() -> one(id(2)) end);
t(3) -> trace(fun() -> one(id(3)) end);
t(4) -> trace(fun() -> one(id(4)) end);
t(5) -> trace(fun() -> clause(id(x), 1) end).

%% Frames of this module up to the case itself.
trace(F) ->
    try F() catch C:R:S -> {C, R, own(S)} end.

own([{?MODULE, trace, 1, _} | _]) -> [];
own([{?MODULE, t, 1, _} | _]) -> [];
own([{?MODULE, F, A, Info} | Rest]) -> [{F, A, line(Info)} | own(Rest)];
own([{M, F, A, _} | Rest]) -> [{M, F, A} | own(Rest)];
own([]) -> [].

line([{line, L} | _]) -> L;
line([_ | Rest]) -> line(Rest);
line([]) -> none.

one(N) -> {one, two(N)}.

two(1) -> throw(t);
two(2) -> error(e);
two(3) -> exit(x);
two(4) -> id(1) rem id(0).

clause(a, _) -> ok.
