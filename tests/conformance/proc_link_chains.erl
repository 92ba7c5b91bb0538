%% Exits go along chains and circles of links, and stop at those that trap them.
-module(proc_link_chains).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    [chain(N, Reason) || N <- [1, 2, 3, 10, 100], Reason <- [normal, shutdown, boom, {a, [term]}]],
    [circle(N, Reason) || N <- [2, 3, 10], Reason <- [shutdown, boom]],
    [trapper(At, Reason) || At <- [1, 3, 5], Reason <- [normal, boom]],
    [star(N, Reason) || N <- [1, 5, 50], Reason <- [normal, boom]],
    ok.

%% The last of a chain exits; we are linked to the first.
chain(N, Reason) ->
    First = spawn_link(fun() -> chain_link(N - 1, Reason) end),
    Got = receive {'EXIT', First, R} -> R after patience(N, Reason) -> exit(First, kill), receive {'EXIT', First, R} -> {still_there, R} end end,
    erlang:display({chain, N, Reason, Got}).

%% Milliseconds. What is normal goes no further than one link.
patience(N, normal) when N > 1 -> 50;
patience(_, _) -> 20000.

chain_link(0, Reason) -> exit(Reason);
chain_link(N, Reason) -> spawn_link(fun() -> chain_link(N - 1, Reason) end), receive never -> ok end.

circle(N, Reason) ->
    Me = self(),
    First = spawn_link(fun() -> Me ! {self(), circle_link(N - 1, self())}, receive {exit, R} -> exit(R) end end),
    Pids = receive {First, List} -> [First | List] end,
    lists_last(Pids) ! {exit, Reason},
    Got = receive {'EXIT', First, R} -> R end,
    erlang:display({circle, N, Reason, Got, [is_process_alive(P) || P <- Pids]}).

circle_link(0, _) -> [];
circle_link(N, First) ->
    Me = self(),
    Pid = spawn_link(fun() ->
                             Me ! {self(), circle_link(N - 1, First)},
                             case N of 1 -> link(First); _ -> ok end,
                             receive {exit, R} -> exit(R) end
                     end),
    receive {Pid, List} -> [Pid | List] end.

lists_last([X]) -> X;
lists_last([_ | T]) -> lists_last(T).

trapper(At, Reason) ->
    Me = {self(), make_ref()},
    First = spawn_link(fun() -> trap_link(6, At, Reason, Me) end),
    Got = receive {trapped, Me, Where, R} -> {Where, R} after patience(At, Reason) -> none end,
    erlang:display({trapper, At, Reason, Got, is_process_alive(First)}),
    unlink(First), exit(First, kill).

trap_link(0, _, Reason, _) -> exit(Reason);
trap_link(N, At, Reason, Me) ->
    process_flag(trap_exit, N =:= At),
    spawn_link(fun() -> trap_link(N - 1, At, Reason, Me) end),
    receive {'EXIT', _, R} -> element(1, Me) ! {trapped, Me, N, R}, receive never -> ok end end.

star(N, Reason) ->
    Me = self(),
    Centre = spawn_link(fun() ->
                                Pids = [spawn_link(fun() -> receive never -> ok end end) || _ <- numbers(N)],
                                Me ! {self(), Pids},
                                receive {exit, R} -> exit(R) end
                        end),
    Pids = receive {Centre, L} -> L end,
    Centre ! {exit, Reason},
    Got = receive {'EXIT', Centre, R} -> R end,
    Reason =:= normal orelse [begin Ref = monitor(process, P), receive {'DOWN', Ref, _, _, _} -> ok end end || P <- Pids],
    erlang:display({star, N, Reason, Got, length([P || P <- Pids, is_process_alive(P)])}),
    [exit(P, kill) || P <- Pids].

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
