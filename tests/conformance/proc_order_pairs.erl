%% Between each two processes messages keep their order, whatever way they are sent, whatever stands between; many at a time.
-module(proc_order_pairs).
-export([start/0]).

start() ->
    [many(Senders, N, Way) || Senders <- [1, 2, 10], N <- [10, 300], Way <- [pid, name, alias, node_name, mixed, large, to_off_heap]],
    [forwarded(Hops, N) || Hops <- [1, 3, 10], N <- [20, 200]],
    [both_ways(N) || N <- [5, 100]],
    [with_exits(N) || N <- [1, 5]],
    ok.

many(Senders, N, Way) ->
    {P, R} = spawn_monitor(fun() ->
        Way =:= to_off_heap andalso process_flag(message_queue_data, off_heap),
        register(proc_order_pairs_name, self()),
        A = alias(), Me = self(),
        Pids = [spawn_link(fun() -> receive go -> sends(Way, 1, N, Me, A) end end) || _ <- numbers(Senders)],
        [X ! go || X <- Pids],
        exit({got, [take(X, 1, N) || X <- Pids], element(2, process_info(self(), message_queue_len))})
    end),
    receive {'DOWN', R, process, P, {got, L, Left}} -> erlang:display({Senders, N, Way, all_ok(L), Left}) end.

sends(_, K, N, _, _) when K > N -> ok;
sends(Way, K, N, To, A) ->
    M = {self(), K, case Way of large -> numbers(K); _ -> small end},
    case Way of
        name -> proc_order_pairs_name ! M;
        alias -> A ! M;
        node_name -> {proc_order_pairs_name, node()} ! M;
        mixed -> case K rem 5 of 0 -> To ! M; 1 -> proc_order_pairs_name ! M; 2 -> A ! M; 3 -> erlang:send(To, M, [nosuspend]); 4 -> {proc_order_pairs_name, node()} ! M end;
        _ -> To ! M
    end,
    K rem 7 =:= 0 andalso erlang:yield(),
    sends(Way, K + 1, N, To, A).

%% The next of one sender has the next number.
take(_, K, N) when K > N -> ok;
take(P, K, N) -> receive {P, K, _} -> take(P, K + 1, N); {P, Other, _} -> {wrong, K, Other} end.

all_ok([]) -> ok;
all_ok([ok | T]) -> all_ok(T);
all_ok([X | _]) -> X.

forwarded(Hops, N) ->
    Me = self(),
    First = chain(Hops, Me),
    [First ! {n, K} || K <- numbers(N)],
    erlang:display({forwarded, Hops, [receive {n, X} -> X end || _ <- numbers(N)] =:= numbers(N)}),
    exit(First, kill).

chain(0, To) -> To;
chain(N, To) -> Next = chain(N - 1, To), spawn(fun() -> forward(Next) end).
forward(To) -> receive X -> To ! X end, forward(To).

both_ways(N) ->
    Me = self(),
    P = spawn_link(fun() -> [begin Me ! {a, K}, receive {b, K} -> ok end end || K <- numbers(N)], Me ! done end),
    [begin P ! {b, K}, receive {a, K} -> ok end end || K <- numbers(N)],
    erlang:display({both_ways, N, receive done -> done end}).

%% What one sends before it ends comes before the news of its end.
with_exits(N) ->
    Ps = [spawn_monitor(fun() -> self() ! own, receive {to, Me} -> [Me ! {self(), X} || X <- numbers(20)] end, exit({end_of, K}) end) || K <- numbers(N)],
    [P ! {to, self()} || {P, _} <- Ps],
    erlang:display({with_exits, N, [begin L = until_down(P, R), {L =:= numbers(20), length(L)} end || {P, R} <- Ps]}).

until_down(P, R) -> receive {P, X} -> [X | until_down(P, R)]; {'DOWN', R, process, P, {end_of, _}} -> [] end.

numbers(N) -> numbers(1, N).
numbers(A, B) when A > B -> [];
numbers(A, B) -> [A | numbers(A + 1, B)].
