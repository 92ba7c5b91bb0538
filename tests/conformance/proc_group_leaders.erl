%% Group leaders: inherited, changed, by others, errors.
-module(proc_group_leaders).
-export([start/0]).

start() ->
    Me = self(),
    Old = group_leader(),
    Leader = spawn(fun() -> receive stop -> ok end end),
    erlang:display({pid, is_pid(Old)}),
    erlang:display({inherited, ask(spawn_asked(Me)) =:= Old}),
    erlang:display({set, group_leader(Leader, self()), group_leader() =:= Leader, ask(spawn_asked(Me)) =:= Leader}),
    P = spawn_asked(Me),
    erlang:display({other, group_leader(Old, P), process_info(P, group_leader) =:= {group_leader, Old}, ask(P) =:= Old}),
    group_leader(Old, self()),
    Q = spawn_asked(Me),
    exit(Leader, kill),
    erlang:display({unharmed, ask(Q) =:= Old}),
    Ref = monitor(process, Q), receive {'DOWN', Ref, _, _, _} -> ok end,
    erlang:display({errors, [try group_leader(A, B) catch C:R -> {C, R} end || {A, B} <- [{a, Me}, {Me, a}, {1, 1}, {Old, Q}, {Old, []}]]}),
    erlang:display({back, group_leader() =:= Old}),
    ok.

spawn_asked(Me) -> spawn(fun() -> receive ask -> Me ! {self(), group_leader()} end end).

ask(P) -> P ! ask, receive {P, L} -> L after 1000 -> none end.
