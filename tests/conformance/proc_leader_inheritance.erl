%% The group leader goes from parents to children through every kind of spawn, as it was when they were made.
-module(proc_leader_inheritance).
-export([start/0, run/1]).

start() ->
    Old = group_leader(), Me = self(),
    Leaders = [spawn(fun wait/0) || _ <- [1, 2, 3]],
    [begin
         group_leader(L, Me),
         A = made(How, 0),
         group_leader(Old, Me),
         B = made(How, 0),
         erlang:display({How, K, index(A, Leaders), B =:= Old})
     end || {K, L} <- [{1, hd(Leaders)}, {2, hd(tl(Leaders))}], How <- ways()],
    %% Down a tree, changed at each level.
    [erlang:display({tree, N, [index(X, Leaders) || X <- tree(N, Leaders)]}) || N <- [1, 2, 3, 4]],
    %% Changed from outside while it runs, and while it waits; the dead and the wrong.
    P = spawn(fun() -> tells() end),
    erlang:display({outside, [begin true = group_leader(L, P), {index(ask(P), Leaders), index(element(2, process_info(P, group_leader)), Leaders)} end || L <- Leaders]}),
    exit(hd(Leaders), kill),
    R = monitor(process, hd(Leaders)), receive {'DOWN', R, _, _, _} -> ok end,
    erlang:display({dead_leader, try group_leader(hd(Leaders), P) catch C0:E0 -> {C0, E0} end, index(ask(P), Leaders)}),
    group_leader(hd(Leaders), P),
    erlang:display({still, index(ask(P), Leaders), is_process_alive(P)}),
    [erlang:display({self, K, try group_leader(self(), Q) catch C:E -> {C, E} end}) || {K, Q} <- [{other, P}, {dead, hd(Leaders)}]],
    erlang:display({own_leader, ask(P) =:= Me}),
    group_leader(P, P),
    erlang:display({its_own, ask(P) =:= P, case process_info(P, group_leader) of {group_leader, P} -> same; _ -> other end}),
    [exit(X, kill) || X <- [P | Leaders]],
    erlang:display({back, group_leader() =:= Old}),
    ok.

ways() -> [spawn, spawn3, spawn_link, spawn_link3, spawn_monitor, spawn_opt, spawn_opt_link, spawn_request, grandchild, node, opt4].

made(How, _) ->
    Me = self(), F = fun() -> run(Me) end,
    case How of
        spawn -> spawn(F);
        spawn3 -> spawn(?MODULE, run, [Me]);
        spawn_link -> spawn_link(F);
        spawn_link3 -> spawn_link(?MODULE, run, [Me]);
        spawn_monitor -> {_, R} = spawn_monitor(F), demonitor(R);
        spawn_opt -> spawn_opt(F, [{priority, high}]);
        spawn_opt_link -> spawn_opt(F, [link]);
        spawn_request -> spawn_request(F, [{reply, no}]);
        grandchild -> spawn(fun() -> spawn(F) end);
        node -> spawn(node(), F);
        opt4 -> spawn_opt(?MODULE, run, [Me], [])
    end,
    receive {leader, L} -> L end.

run(Me) -> Me ! {leader, group_leader()}.

tree(0, _) -> [];
tree(N, Leaders) ->
    Me = self(),
    spawn(fun() -> Before = group_leader(), group_leader(nth(N rem 3 + 1, Leaders), self()), Me ! {tree, N, [Before | tree(N - 1, Leaders)]} end),
    receive {tree, N, L} -> L end.

tells() -> receive {From, leader} -> From ! {self(), group_leader()} end, tells().
ask(P) -> P ! {self(), leader}, receive {P, L} -> L end.

nth(1, [X | _]) -> X;
nth(N, [_ | T]) -> nth(N - 1, T).

index(X, L) -> index(X, L, 1).
index(_, [], _) -> none;
index(X, [X | _], N) -> N;
index(X, [_ | T], N) -> index(X, T, N + 1).

wait() -> receive stop -> ok end.
