%% A token goes round many processes.
-module(process_ring).
-export([start/0, id/1]).

start() ->
    run(1, 3).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> ring(id(10), 100);
t(2) -> ring(id(100), 10);
t(3) -> ring(id(1), 1).

ring(Size, Rounds) ->
    Last = self(),
    First = build(Size, Last),
    go(First, Rounds, 0).

build(0, Next) -> Next;
build(N, Next) -> build(N - 1, spawn(fun() -> pass(Next) end)).

pass(Next) -> receive {token, N} -> Next ! {token, N + 1}, pass(Next); stop -> Next ! stop end.

go(First, 0, Sum) -> First ! stop, receive stop -> Sum end;
go(First, N, Sum) -> First ! {token, 0}, receive {token, K} -> go(First, N - 1, Sum + K) end.
