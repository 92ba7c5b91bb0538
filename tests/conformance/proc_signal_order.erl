%% Signals between two processes arrive in the order of sending: messages, exits, monitors, links, names.
-module(proc_signal_order).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    Me = self(),
    %% Messages before the exit.
    A = spawn_link(fun() -> [Me ! {m, K} || K <- [1, 2, 3]], exit(done) end),
    erlang:display([simple(X, A) || X <- take(4)]),
    %% Messages, then the monitor's.
    {B, Ref} = spawn_monitor(fun() -> [Me ! {m, K} || K <- [1, 2]], exit(done) end),
    erlang:display([case X of {'DOWN', Ref, process, B, R} -> {down, R}; _ -> X end || X <- take(3)]),
    %% Linked and watched.
    {C, Ref2} = spawn_opt(fun() -> Me ! last, exit(done) end, [link, monitor]),
    erlang:display([case X of {'DOWN', Ref2, process, C, R} -> {down, R}; {'EXIT', C, R} -> {exit, R}; _ -> X end || X <- take(3)]),
    %% A message, then an exit signal.
    D = spawn_link(fun() -> process_flag(trap_exit, true), Me ! {self(), ready}, collect(Me, 3) end),
    receive {D, ready} -> ok end,
    D ! one, exit(D, two), D ! three,
    receive {D, Got} -> erlang:display([case X of {'EXIT', From, R} -> {exit, From =:= self(), R}; _ -> X end || X <- Got]) end,
    receive {'EXIT', D, normal} -> ok end,
    %% Several links and monitors of one.
    E = spawn(fun() -> receive stop -> exit(bye) end end),
    R1 = monitor(process, E), link(E), R2 = monitor(process, E),
    E ! stop,
    Order = [case X of {'EXIT', E, bye} -> exit; {'DOWN', R1, _, _, bye} -> first; {'DOWN', R2, _, _, bye} -> second end || X <- take(3)],
    erlang:display({all, lists_has(exit, Order), lists_has(first, Order), lists_has(second, Order)}),
    %% A name is free when the exit has come.
    F = spawn_link(fun() -> register(proc_signal_order_name, self()), Me ! {self(), registered}, exit(named) end),
    receive {F, registered} -> ok end,
    receive {'EXIT', F, named} -> erlang:display({name, whereis(proc_signal_order_name), is_process_alive(F)}) end,
    %% Alive or not, as told after a signal of one's own.
    G = spawn(fun() -> receive never -> ok end end),
    erlang:display({alive, is_process_alive(G), exit(G, kill), is_process_alive(G)}),
    H = spawn(fun() -> receive never -> ok end end),
    erlang:display({killed, exit(H, kill), process_info(H), monitored(H)}),
    %% Through a third one.
    Third = spawn(fun() -> receive {From, X} -> From ! {through, X} end end),
    Third ! {self(), 1},
    self() ! direct,
    erlang:display(case take(2) of [direct, {through, 1}] -> ok; [{through, 1}, direct] -> ok end),
    ok.

monitored(P) -> Ref = monitor(process, P), receive {'DOWN', Ref, _, _, R} -> R end.

simple({'EXIT', A, R}, A) -> {exit, R};
simple(X, _) -> X.

take(0) -> [];
take(N) -> receive X -> [X | take(N - 1)] after 1000 -> [none] end.

collect(Me, N) -> Me ! {self(), take(N)}.

lists_has(X, [X | _]) -> true;
lists_has(X, [_ | T]) -> lists_has(X, T);
lists_has(_, []) -> false.
