%% Monitors: several of one process, by pid and by name, of the dead, of oneself, of nobody.
-module(proc_monitors_many).
-export([start/0]).

start() ->
    [several(N, Reason) || N <- [1, 2, 5], Reason <- [normal, boom, kill]],
    self_monitor(),
    dead(),
    by_name(),
    wrong(),
    unregistered(),
    re_registered(),
    ok.

several(N, Reason) ->
    Pid = spawn(fun() -> receive stop -> exit(Reason) end end),
    Refs = [monitor(process, Pid) || _ <- numbers(N)],
    {monitored_by, By} = process_info(Pid, monitored_by),
    {monitors, Mine} = process_info(self(), monitors),
    Pid ! stop,
    Got = [receive {'DOWN', Ref, process, Pid, R} -> R end || Ref <- Refs],
    erlang:display({several, N, length(By), length(Mine), Got, process_info(self(), monitors), flush()}).

self_monitor() ->
    Ref = monitor(process, self()),
    erlang:display({self, is_reference(Ref), process_info(self(), monitors), demonitor(Ref), demonitor(Ref, [info]), flush()}).

dead() ->
    {Pid, Ref0} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', Ref0, _, _, _} -> ok end,
    Ref = monitor(process, Pid),
    erlang:display({dead, receive {'DOWN', Ref, process, Pid, R} -> R after 1000 -> none end, flush()}).

by_name() ->
    Pid = spawn(fun() -> receive stop -> exit(bye) end end),
    register(proc_monitors_many_a, Pid),
    A = monitor(process, proc_monitors_many_a),
    B = monitor(process, {proc_monitors_many_a, node()}),
    C = monitor(process, Pid),
    {monitors, Monitors} = process_info(self(), monitors),
    erlang:display({monitors, sorted([case M of {process, P} when is_pid(P) -> pid; {process, N} -> N end || M <- Monitors])}),
    Pid ! stop,
    [receive {'DOWN', Ref, process, Object, R} -> erlang:display({Object =:= Pid orelse Object, R}) end || Ref <- [A, B, C]],
    D = monitor(process, proc_monitors_many_a),
    E = monitor(process, {proc_monitors_many_a, node()}),
    erlang:display(try monitor(process, {some_name, 'other@nowhere'}) catch Class:Error -> {Class, Error} end),
    [receive {'DOWN', Ref, process, Object, R} -> erlang:display({Object, R}) after 1000 -> erlang:display(none) end || Ref <- [D, E]].

wrong() ->
    [erlang:display({wrong, Type, is_pid(Item) orelse Item, try monitor(Type, Item) catch C:R -> {C, R} end})
     || {Type, Item} <- [{process, 1}, {process, "a"}, {process, {a}}, {process, {a, b, c}}, {process, {1, node()}}, {processes, self()}, {1, self()}, {port, self()}, {port, 1}]],
    [erlang:display({wrong_option, O, try erlang:monitor(process, self(), O) catch C:R -> {C, R} end})
     || O <- [a, [a], [{tag}], [{tag, 1, 2}], [{alias, no}], [{alias, explicit_unalias} | x], {tag, x}]],
    [erlang:display({demonitor, O, try demonitor(O) catch C:R -> {C, R} end}) || O <- [a, 1, {}, []]],
    Ref = make_ref(),
    erlang:display({of_no_monitor, demonitor(Ref), demonitor(Ref, []), demonitor(Ref, [flush]), demonitor(Ref, [info]), demonitor(Ref, [flush, info])}),
    [erlang:display({demonitor_option, O, try demonitor(Ref, O) catch C:R -> {C, R} end}) || O <- [a, [a], [flush | info], [info, x]]].

unregistered() ->
    Pid = spawn(fun() -> receive stop -> exit(bye) end end),
    register(proc_monitors_many_b, Pid),
    A = monitor(process, proc_monitors_many_b),
    unregister(proc_monitors_many_b),
    Pid ! stop,
    receive {'DOWN', A, process, Object, R} -> erlang:display({unregistered, Object, R}) end.

re_registered() ->
    Pid = spawn(fun() -> receive stop -> exit(one) end end),
    register(proc_monitors_many_c, Pid),
    A = monitor(process, proc_monitors_many_c),
    unregister(proc_monitors_many_c),
    Other = spawn(fun() -> receive stop -> exit(two) end end),
    register(proc_monitors_many_c, Other),
    B = monitor(process, proc_monitors_many_c),
    Other ! stop,
    receive {'DOWN', B, process, _, R} -> erlang:display({second, R}) end,
    erlang:display(flush()),
    Pid ! stop,
    receive {'DOWN', A, process, _, R2} -> erlang:display({first, R2}) end.

sorted(L) -> sorted(L, []).
sorted([], S) -> S;
sorted([H | T], S) -> sorted(T, insert(H, S)).
insert(X, [H | T]) when X > H -> [H | insert(X, T)];
insert(X, T) -> [X | T].

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].

flush() -> receive X -> [X | flush()] after 0 -> [] end.
