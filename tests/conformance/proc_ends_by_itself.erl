%% A process ends by itself, in every way that there is, with reasons of every kind: who is tied to it is told.
-module(proc_ends_by_itself).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    [one(Way, Tie, Name, Reason)
     || Way <- [exit, error, throw, raise, 'after', caught, badmatch, exit_self, linked],
        Tie <- [link, monitor, both, tag, name, between, dead_link, dead_monitor],
        {Name, Reason} <- [{normal, normal}, {kill, kill}, {shutdown, shutdown}, {tuple, {a, [b]}}, {text, "text"}, {binary, <<"binary">>},
                           {big, 123456789012345678901234567890}, {map, #{k => [v]}}, {float, 2.5}, {nil, []}]],
    ok.

finish(exit, Reason) -> exit(Reason);
finish(error, Reason) -> error(Reason);
finish(throw, Reason) -> throw(Reason);
finish(raise, Reason) -> erlang:raise(exit, Reason, []);
finish('after', Reason) -> try exit(first) after exit(Reason) end;
finish(caught, Reason) -> try throw(first) catch throw:first -> exit(Reason) end;
finish(badmatch, Reason) -> {never, {matched, at, all}} = element(1, {Reason});
finish(exit_self, Reason) -> exit(self(), Reason);
finish(linked, Reason) ->
    spawn_link(fun() -> exit(Reason) end),
    receive never -> ok after outlives(Reason) -> exit(outlived) end.

%% Only what is normal is outlived.
outlives(normal) -> 20;
outlives(_) -> 10000.

one(Way, Tie, Name, Reason) ->
    Run = fun() -> receive go -> ok end, finish(Way, Reason) end,
    Pid = spawn(Run),
    Told = case Tie of
               link -> link(Pid), Pid ! go, [exit_of(Pid)];
               monitor -> R = monitor(process, Pid), Pid ! go, [down_of(R)];
               both -> link(Pid), R = monitor(process, Pid), Pid ! go, [exit_of(Pid), down_of(R)];
               tag -> R = erlang:monitor(process, Pid, [{tag, {my, Name}}]), Pid ! go, receive {{my, Name}, R, process, Pid, W} -> [plain(W)] after 10000 -> [none] end;
               name ->
                   register(proc_ends_name, Pid), R = monitor(process, proc_ends_name), Pid ! go,
                   receive {'DOWN', R, process, Object, W} -> [Object, plain(W), whereis(proc_ends_name)] end;
               between ->
                   Me = self(),
                   B = spawn_link(fun() -> link(Pid), Me ! linked, receive never -> ok after outlives(Reason) * 3 -> exit(outlived) end end),
                   receive linked -> ok end,
                   Pid ! go, [exit_of(B)];
               dead_link -> R = monitor(process, Pid), Pid ! go, down_of(R), link(Pid), [exit_of(Pid)];
               dead_monitor -> R = monitor(process, Pid), Pid ! go, down_of(R), [down_of(monitor(process, Pid))]
           end,
    erlang:display({Way, Tie, Name, Told, process_info(self(), [links, monitors, message_queue_len])}).

exit_of(Pid) -> receive {'EXIT', Pid, R} -> plain(R) after 10000 -> none end.
down_of(Ref) -> receive {'DOWN', Ref, process, _, R} -> plain(R) after 10000 -> none end.

%% Without the stack trace.
plain({R, [{_, _, _, _} | _]}) -> {error, R};
plain(R) -> R.
