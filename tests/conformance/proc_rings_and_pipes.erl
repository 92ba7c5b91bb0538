%% Rings, pipes, trees and crowds of processes that pass messages; all end, none is left.
-module(proc_rings_and_pipes).
-export([start/0]).

start() ->
    Before = length(processes()),
    [erlang:display({ring, N, Rounds, ring(N, Rounds)}) || N <- [1, 2, 10, 200], Rounds <- [1, 10]],
    [erlang:display({pipe, N, pipe(N, numbers(20))}) || N <- [1, 3, 50]],
    [erlang:display({tree, D, tree(D)}) || D <- [0, 1, 5, 9]],
    [erlang:display({crowd, N, crowd(N)}) || N <- [1, 10, 300]],
    [erlang:display({ping, N, ping(N)}) || N <- [1, 1000]],
    receive after 20 -> ok end,
    erlang:display({left, length(processes()) - Before}),
    ok.

ring(N, Rounds) ->
    Me = self(),
    First = last(N, Me),
    First ! {token, 0},
    go_round(First, Rounds, N).

go_round(First, 1, _) -> receive {token, K} -> First ! stop, receive stop -> K end end;
go_round(First, R, N) -> receive {token, K} -> First ! {token, K}, go_round(First, R - 1, N) end.

last(0, Next) -> Next;
last(N, Next) -> last(N - 1, spawn(fun() -> pass(Next) end)).

pass(Next) -> receive {token, K} -> Next ! {token, K + 1}, pass(Next); stop -> Next ! stop end.

pipe(N, List) ->
    Me = self(),
    First = stage(N, Me),
    [First ! {item, X} || X <- List],
    First ! eof,
    collect([]).

stage(0, Next) -> Next;
stage(N, Next) -> P = spawn(fun() -> work(Next, N) end), stage(N - 1, P).

work(Next, N) -> receive {item, X} -> Next ! {item, X + N}, work(Next, N); eof -> Next ! eof end.

collect(L) -> receive {item, X} -> collect([X | L]); eof -> L end.

tree(D) -> Me = self(), P = spawn(fun() -> branch(D, Me) end), receive {P, Sum} -> Sum end.

branch(0, Up) -> Up ! {self(), 1};
branch(D, Up) ->
    Me = self(),
    A = spawn(fun() -> branch(D - 1, Me) end), B = spawn(fun() -> branch(D - 1, Me) end),
    Up ! {self(), receive {A, X} -> X end + receive {B, Y} -> Y end}.

crowd(N) ->
    Me = self(),
    [spawn(fun() -> Me ! {hello, self(), K}, receive {answer, K} -> Me ! {done, K} end end) || K <- numbers(N)],
    [receive {hello, P, K} -> P ! {answer, K} end || _ <- numbers(N)],
    sum([receive {done, K} -> K end || _ <- numbers(N)]).

ping(N) ->
    Me = self(),
    P = spawn(fun() -> pong(Me) end),
    R = pings(P, N, 0),
    P ! stop,
    R.

pings(_, 0, Sum) -> Sum;
pings(P, N, Sum) -> P ! {ping, N}, receive {pong, M} -> pings(P, N - 1, Sum + M) end.

pong(Me) -> receive {ping, N} -> Me ! {pong, N}, pong(Me); stop -> ok end.

sum([]) -> 0;
sum([H | T]) -> H + sum(T).

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
