%% A tree of processes that watch each other as supervisors do: restarts, shutdowns, kills from above.
-module(proc_parents_and_children).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    [tree(Depth, Width, How) || Depth <- [1, 2, 3], Width <- [1, 3], How <- [shutdown, kill, crash_leaf, normal_leaf]],
    [restarts(Kind, N) || Kind <- [exit, error, kill, normal], N <- [1, 5, 50]],
    ok.

tree(Depth, Width, How) ->
    Me = self(),
    Top = spawn_link(fun() -> node_of(Depth, Width, Me, true) end),
    Pids = gather(leaves(Depth, Width), []),
    case How of
        shutdown -> exit(Top, shutdown);
        kill -> exit(Top, kill);
        crash_leaf -> exit(hd(Pids), crash);
        normal_leaf -> hd(Pids) ! stop
    end,
    Got = receive {'EXIT', Top, R} -> R after 300 -> alive end,
    receive after 50 -> ok end,
    Left = length([P || P <- Pids, is_process_alive(P)]),
    erlang:display({Depth, Width, How, Got, Left}),
    exit(Top, kill),
    [exit(P, kill) || P <- Pids],
    receive {'EXIT', Top, _} -> ok after 0 -> ok end,
    receive after 2 -> ok end.

leaves(0, _) -> 1;
leaves(D, W) -> W * leaves(D - 1, W).

gather(0, L) -> L;
gather(N, L) -> receive {leaf, P} -> gather(N - 1, [P | L]) end.

node_of(0, _, Me, _) -> Me ! {leaf, self()}, receive stop -> ok end;
node_of(D, W, Me, _) ->
    [spawn_link(fun() -> node_of(D - 1, W, Me, false) end) || _ <- numbers(W)],
    receive never -> ok end.

restarts(Kind, N) -> erlang:display({restarts, Kind, N, restart(Kind, N, [])}).

restart(_, 0, Reasons) -> unique(Reasons);
restart(Kind, N, Reasons) ->
    P = spawn_link(fun() -> receive go -> fail(Kind) end end),
    P ! go,
    receive {'EXIT', P, {R, [_ | _]}} -> restart(Kind, N - 1, [R | Reasons]); {'EXIT', P, R} -> restart(Kind, N - 1, [R | Reasons]) end.

fail(exit) -> exit(out);
fail(error) -> error(broken);
fail(kill) -> exit(self(), kill);
fail(normal) -> ok.

unique([X | [X | _] = T]) -> unique(T);
unique([X | T]) -> [X | unique(T)];
unique([]) -> [].

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
