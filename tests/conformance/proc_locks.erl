%% Locks, semaphores and barriers of messages and monitors: holders that let go, die, or are killed, in every order; who waits gets it in his turn.
-module(proc_locks).
-export([start/0]).

start() ->
    [run(Permits, Clients, How) || Permits <- [1, 2, 3], Clients <- [1, 4, 9], How <- [release, dies, killed, mixed, gives_up]],
    [barrier(N, Rounds) || N <- [1, 2, 7], Rounds <- [1, 5]],
    [philosophers(N) || N <- [2, 5]],
    ok.

run(Permits, Clients, How) ->
    Me = self(),
    Lock = spawn_link(fun() -> lock(Permits, [], []) end),
    Ps = [spawn(fun() -> client(Me, Lock, K) end) || K <- numbers(Clients)],
    %% They ask in their order.
    [begin P ! ask, receive {P, asked} -> ok end end || P <- Ps],
    Order = turns(numbers(Clients), Ps, How, Lock, []),
    Lock ! {state, Me},
    State = receive {state, S} -> S end,
    {monitors, M} = process_info(Lock, monitors),
    erlang:display({Permits, Clients, How, Order, State, length(M)}),
    unlink(Lock), exit(Lock, kill).

%% The one that has it longest lets go of it.
turns([], _, _, _, Order) -> reverse(Order, []);
turns([K | T], Ps, How, Lock, Order) ->
    P = nth(K, Ps),
    Got = receive {P, got} -> K after 5000 -> nobody end,
    Ref = monitor(process, P),
    case How of
        release -> P ! release;
        dies -> P ! die;
        killed -> exit(P, kill);
        gives_up when K rem 2 =:= 0 -> P ! release;
        gives_up -> P ! die;
        mixed -> case K rem 3 of 0 -> P ! release; 1 -> P ! die; 2 -> exit(P, kill) end
    end,
    receive {'DOWN', Ref, process, P, Why} -> turns(T, Ps, How, Lock, [{Got, Why} | Order]) end.

client(Me, Lock, K) ->
    receive ask -> ok end,
    Lock ! {ask, self(), K},
    receive {Lock, noted} -> Me ! {self(), asked} end,
    receive {Lock, yours} -> Me ! {self(), got} end,
    receive release -> Lock ! {release, self()}, receive {Lock, released} -> ok end; die -> exit({died, K}) end.

lock(Free, Holders, Waiting) when Free > 0, Waiting =/= [] ->
    {P, R} = hd(Waiting),
    P ! {self(), yours},
    lock(Free - 1, [{P, R} | Holders], tl(Waiting));
lock(Free, Holders, Waiting) ->
    receive
        {ask, P, _} -> R = monitor(process, P), P ! {self(), noted}, lock(Free, Holders, Waiting ++ [{P, R}]);
        {release, P} -> [R] = [X || {Q, X} <- Holders, Q =:= P], demonitor(R, [flush]), P ! {self(), released}, lock(Free + 1, Holders -- [{P, R}], Waiting);
        {'DOWN', R, process, P, _} ->
            case Holders -- [{P, R}] of
                Holders -> lock(Free, Holders, Waiting -- [{P, R}]);
                Left -> lock(Free + 1, Left, Waiting)
            end;
        {state, From} -> From ! {state, {Free + length(Holders), length(Waiting)}}, lock(Free, Holders, Waiting)
    end.

%% Nobody begins a round before all have ended the one before.
barrier(N, Rounds) ->
    Me = self(),
    B = spawn_link(fun() -> barrier(N, [], Me, Rounds) end),
    [spawn_link(fun() -> [begin B ! {at, self(), R}, receive {B, go} -> ok end end || R <- numbers(Rounds)] end) || _ <- numbers(N)],
    erlang:display({barrier, N, [receive {round, L} -> L end || _ <- numbers(Rounds)]}).

barrier(_, _, _, 0) -> ok;
barrier(N, Here, Me, Left) when length(Here) =:= N ->
    Me ! {round, sorted([R || {_, R} <- Here])},
    [P ! {self(), go} || {P, _} <- Here],
    barrier(N, [], Me, Left - 1);
barrier(N, Here, Me, Left) -> receive {at, P, R} -> barrier(N, [{P, R} | Here], Me, Left) end.

%% The forks are taken in one order, so that nobody waits for ever.
philosophers(N) ->
    Me = self(),
    Forks = [spawn_link(fun() -> fork() end) || _ <- numbers(N)],
    [spawn_link(fun() -> eat(nth(min(K, K rem N + 1), Forks), nth(max(K, K rem N + 1), Forks), 20), Me ! {full, K} end) || K <- numbers(N)],
    erlang:display({philosophers, N, [receive {full, K} -> K end || K <- numbers(N)]}),
    [begin unlink(F), exit(F, kill) end || F <- Forks].

fork() -> receive {take, P} -> P ! {self(), taken}, receive {put, P} -> fork() end end.

eat(_, _, 0) -> ok;
eat(A, B, N) ->
    A ! {take, self()}, receive {A, taken} -> ok end,
    B ! {take, self()}, receive {B, taken} -> ok end,
    erlang:yield(),
    A ! {put, self()}, B ! {put, self()},
    eat(A, B, N - 1).

nth(1, [X | _]) -> X;
nth(N, [_ | T]) -> nth(N - 1, T).

reverse([], L) -> L;
reverse([H | T], L) -> reverse(T, [H | L]).

sorted(L) -> sorted(L, []).
sorted([], S) -> S;
sorted([H | T], S) -> sorted(T, insert(H, S)).
insert(X, [H | T]) when X > H -> [H | insert(X, T)];
insert(X, T) -> [X | T].

numbers(N) -> numbers(1, N).
numbers(A, B) when A > B -> [];
numbers(A, B) -> [A | numbers(A + 1, B)].
