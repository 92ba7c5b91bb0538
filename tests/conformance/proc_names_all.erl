%% Registered names: who may have which, what whereis and registered tell, what frees a name.
-module(proc_names_all).
-export([start/0]).

start() ->
    Pid = spawn(fun wait/0),
    Dead = spawn(fun() -> ok end),
    Ref = monitor(process, Dead), receive {'DOWN', Ref, _, _, _} -> ok end,
    [erlang:display({register, N, W, try register(N, case W of pid -> Pid; dead -> Dead; self -> self(); _ -> W end) catch C:R -> {C, R} end,
                     try whereis(N) of P -> {P =:= Pid, P =:= self()} catch C2:R2 -> {C2, R2} end,
                     try unregister(N) catch C1:R1 -> {C1, R1} end})
     || {N, W} <- [{proc_a, pid}, {proc_a, self}, {proc_a, dead}, {undefined, pid}, {undefined, self}, {1, pid}, {"a", pid}, {proc_a, 1}, {proc_a, a}, {proc_a, []},
                   {'', pid}, {'with space', pid}, {true, self}, {[], pid}]],
    true = register(proc_a, Pid),
    [erlang:display({taken, N, try register(N, case W of pid -> Pid; self -> self() end) catch C:R -> {C, R} end}) || {N, W} <- [{proc_a, pid}, {proc_a, self}, {proc_b, pid}]],
    erlang:display({registered, [N || N <- registered(), N =:= proc_a orelse N =:= proc_b], process_info(Pid, registered_name), process_info(Pid, [registered_name])}),
    erlang:display({named, process_info(self(), registered_name), process_info(self(), [registered_name])}),
    %% Sends by name.
    proc_a ! {self(), 1}, erlang:send(proc_a, {self(), 2}), {proc_a, node()} ! {self(), 3},
    erlang:display([receive {Pid, X} -> X after 1000 -> none end || _ <- [1, 2, 3]]),
    [erlang:display({send, D, try D ! m catch C:R -> {C, R} end}) || D <- [proc_nobody, {proc_nobody, node()}, 1, "a", {a}, {a, b, c}, {1, node()}, {a, 1}]],
    [erlang:display({send3, D, O, try erlang:send(D, m, O) catch C:R -> {C, R} end}) || D <- [proc_nobody, {proc_nobody, node()}], O <- [[], [nosuspend], [noconnect], [noconnect, nosuspend], [x], x]],
    %% Death frees it.
    Ref2 = monitor(process, Pid), exit(Pid, kill), receive {'DOWN', Ref2, _, _, _} -> ok end,
    erlang:display({freed, whereis(proc_a), [N || N <- registered(), N =:= proc_a], try proc_a ! x catch C3:R3 -> {C3, R3} end}),
    New = spawn(fun wait/0),
    erlang:display({again, register(proc_a, New), whereis(proc_a) =:= New}),
    unregister(proc_a),
    erlang:display({unregistered, whereis(proc_a), is_process_alive(New), process_info(New, registered_name)}),
    %% Another name for the same.
    erlang:display({renamed, register(proc_b, New), whereis(proc_b) =:= New, unregister(proc_b)}),
    %% Many.
    Many = [{spawn(fun wait/0), list_to_atom("proc_many_" ++ integer_to_list(K))} || K <- numbers(300)],
    [register(N, P) || {P, N} <- Many],
    erlang:display({many, length([1 || {P, N} <- Many, whereis(N) =:= P]), length([N || N <- registered(), lists_member(N, Many)])}),
    [unregister(N) || {P, N} <- Many, is_even(P, N)],
    erlang:display({half, length([1 || {P, N} <- Many, whereis(N) =:= P])}),
    [begin R = monitor(process, P), exit(P, kill), receive {'DOWN', R, _, _, _} -> ok end end || {P, _} <- Many],
    erlang:display({none, length([1 || {_, N} <- Many, whereis(N) =/= undefined])}),
    exit(New, kill),
    ok.

is_even(_, N) -> lists_last(atom_to_list(N)) rem 2 =:= 0.
lists_last([X]) -> X;
lists_last([_ | T]) -> lists_last(T).
lists_member(_, []) -> false;
lists_member(N, [{_, N} | _]) -> true;
lists_member(N, [_ | T]) -> lists_member(N, T).

wait() -> receive {From, X} -> From ! {self(), X}, wait(); _ -> wait() end.

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
