%% Monitors by name, by name and node, and by pid, while names are given, taken, moved to others and freed by deaths.
-module(proc_monitor_names).
-export([start/0]).

start() ->
    [one(Form, Events) || Form <- [name, node, pid],
        Events <- [[watch, die], [watch, unregister, die], [watch, unregister, register, die], [watch, move, die_other, die], [watch, move, die, die_other],
                   [unregister, watch, die], [move, watch, die_other, die], [die, watch], [watch, watch, die], [watch, die, watch],
                   [watch, demonitor, die], [watch, unregister, demonitor, die], [watch, move, watch, die, die_other], [watch, die, take, watch, die_other],
                   [watch, unregister, watch, register, watch, die]]],
    ok.

one(Form, Events) ->
    P = spawn(fun wait/0), Q = spawn(fun wait/0),
    register(proc_monitor_names_x, P),
    Told = run(Events, Form, P, Q, []),
    {monitors, Left} = process_info(self(), monitors),
    erlang:display({Form, Events, Told, length(Left)}),
    [begin R = monitor(process, X), exit(X, kill), receive {'DOWN', R, _, _, _} -> ok end end || X <- [P, Q]],
    flush(),
    true = whereis(proc_monitor_names_x) =:= undefined.

run([], _, P, Q, Refs) -> {last, downs(P, Q, Refs)};
run([E | T], Form, P, Q, Refs) ->
    {Result, More} = case E of
                         watch ->
                             Ref = monitor(process, case Form of name -> proc_monitor_names_x; node -> {proc_monitor_names_x, node()}; pid -> P end),
                             {name(P, Q), [Ref | Refs]};
                         die -> {stop(P, dies), Refs};
                         die_other -> {stop(Q, other_dies), Refs};
                         unregister -> {unregister(proc_monitor_names_x), Refs};
                         register -> {register(proc_monitor_names_x, P), Refs};
                         move -> {{unregister(proc_monitor_names_x), register(proc_monitor_names_x, Q)}, Refs};
                         take -> {register(proc_monitor_names_x, Q), Refs};
                         demonitor -> {demonitor(hd(Refs), [info]), tl(Refs)}
                     end,
    [{E, Result, downs(P, Q, More)} | run(T, Form, P, Q, More)].

name(P, Q) -> case whereis(proc_monitor_names_x) of P -> first; Q -> second; X -> X end.

stop(Pid, Why) ->
    Ref = monitor(process, Pid),
    Pid ! {stop, Why},
    receive {'DOWN', Ref, process, Pid, R} -> R end.

%% The messages of one that is dead come in the order of no rule, but they have all come when a later monitor finds nobody.
downs(P, Q, Refs) ->
    [begin R = monitor(process, X), demonitor(R, [flush]) end || X <- [P, Q]],
    receive after 1 -> ok end,
    sorted([{index(Ref, Refs), case O of P -> pid; Q -> other; _ -> O end, R} || {'DOWN', Ref, process, O, R} <- flush()]).

index(R, L) -> length(L) - place(R, L).
place(R, [R | _]) -> 0;
place(R, [_ | T]) -> 1 + place(R, T);
place(_, []) -> 100.

wait() -> receive {stop, Why} -> exit(Why) end.

sorted(L) -> sorted(L, []).
sorted([], S) -> S;
sorted([H | T], S) -> sorted(T, insert(H, S)).
insert(X, [H | T]) when X > H -> [H | insert(X, T)];
insert(X, T) -> [X | T].

flush() -> receive X -> [X | flush()] after 0 -> [] end.
