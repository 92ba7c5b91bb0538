%% Counters and atomics that many processes change at a time, and that outlive those who made them: sums, tickets, locks, flags.
-module(counters_processes).
-export([start/0]).

start() ->
    [sums(Kind, N, M) || Kind <- [atomics, unsigned, counters, write_concurrency], N <- [1, 5, 20], M <- [1, 100]],
    [tickets(N, M) || N <- [1, 4, 12], M <- [1, 50]],
    [lock(N, M) || N <- [2, 6], M <- [1, 30]],
    [maximum(N) || N <- [1, 10, 40]],
    [killed(Kind) || Kind <- [atomics, counters, write_concurrency]],
    flags(),
    ok.

make(atomics) -> A = atomics:new(3, []), {fun(I, X) -> atomics:add(A, I, X) end, fun(I) -> atomics:get(A, I) end};
make(unsigned) -> A = atomics:new(3, [{signed, false}]), {fun(I, X) -> atomics:add(A, I, X) end, fun(I) -> atomics:get(A, I) end};
make(counters) -> C = counters:new(3, []), {fun(I, X) -> counters:add(C, I, X) end, fun(I) -> counters:get(C, I) end};
make(write_concurrency) -> C = counters:new(3, [write_concurrency]), {fun(I, X) -> counters:add(C, I, X) end, fun(I) -> counters:get(C, I) end}.

sums(Kind, N, M) ->
    {Add, Get} = make(Kind),
    all(N, fun(K) -> [begin Add(1, 1), Add(2, K), Add(3, 1 bsl 60), J rem 10 =:= 0 andalso erlang:yield() end || J <- numbers(M)] end),
    erlang:display({sums, Kind, N, M, Get(1), Get(2), Get(3)}).

%% Each number is given once.
tickets(N, M) ->
    A = atomics:new(1, []),
    L = all(N, fun(_) -> [begin T = atomics:add_get(A, 1, 1), T rem 7 =:= 0 andalso erlang:yield(), T end || _ <- numbers(M)] end),
    Flat = sorted(flat(L)),
    erlang:display({tickets, N, M, Flat =:= numbers(N * M), [X || X <- L, X =/= sorted(X)]}).

%% With compare_exchange; what it guards is never seen in between.
lock(N, M) ->
    A = atomics:new(2, []), T = counters:new(2, []),
    Wrong = all(N, fun(_) -> [begin take(A), counters:add(T, 1, 1), erlang:yield(), counters:add(T, 2, 1), Same = counters:get(T, 1) =:= counters:get(T, 2), ok = atomics:put(A, 1, 0), Same end || _ <- numbers(M)] end),
    erlang:display({lock, N, M, [X || X <- flat(Wrong), X =/= true], counters:get(T, 1), counters:get(T, 2), atomics:get(A, 1)}).

take(A) -> case atomics:compare_exchange(A, 1, 0, 1) of ok -> ok; 1 -> erlang:yield(), take(A) end.

maximum(N) ->
    A = atomics:new(1, []),
    all(N, fun(K) -> raise(A, (K * 37) rem 101, atomics:get(A, 1)) end),
    erlang:display({maximum, N, atomics:get(A, 1)}).

raise(_, X, Now) when X =< Now -> ok;
raise(A, X, Now) -> case atomics:compare_exchange(A, 1, Now, X) of ok -> ok; Other -> raise(A, X, Other) end.

%% What the dead have added stays.
killed(Kind) ->
    {Add, Get} = make(Kind),
    Me = self(),
    P = spawn(fun() -> Add(1, 5), Me ! added, receive never -> ok end end),
    receive added -> ok end,
    R = monitor(process, P), exit(P, kill), receive {'DOWN', R, _, _, W} -> ok end,
    erlang:garbage_collect(),
    {Q, S} = spawn_monitor(fun() -> {Add2, Get2} = make(Kind), Add2(2, 7), Me ! {get, Get2} end),
    receive {'DOWN', S, process, Q, W2} -> ok end,
    erlang:display({killed, Kind, W, Get(1), W2, receive {get, G} -> {G(2), G(1)} end}).

%% One raises a flag, the others wait for it.
flags() ->
    A = atomics:new(1, [{signed, false}]),
    Me = self(),
    Ps = [spawn_link(fun() -> await(A, K), Me ! {flag, K, atomics:get(A, 1) >= K} end) || K <- numbers(5)],
    [atomics:add(A, 1, 1) || _ <- Ps],
    erlang:display({flags, [receive {flag, K, X} -> X end || K <- numbers(5)]}).

await(A, K) -> case atomics:get(A, 1) >= K of true -> ok; false -> erlang:yield(), await(A, K) end.

all(N, F) -> Ps = [spawn_monitor(fun() -> exit({result, F(K)}) end) || K <- numbers(N)], [receive {'DOWN', R, process, P, {result, X}} -> X end || {P, R} <- Ps].

flat([]) -> [];
flat([L | T]) -> L ++ flat(T).

sorted(L) -> sorted(L, []).
sorted([], S) -> S;
sorted([H | T], S) -> sorted(T, insert(H, S)).
insert(X, [H | T]) when X > H -> [H | insert(X, T)];
insert(X, T) -> [X | T].

numbers(N) -> numbers(1, N).
numbers(A, B) when A > B -> [];
numbers(A, B) -> [A | numbers(A + 1, B)].
