%% A process ends by itself by error/1: who is tied to it is told, in every way, and terms of every kind arrive whole.
-module(proc_end_error).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    [one(Tie, Name, Reason) || Tie <- [link, monitor, both, tag, name, between, dead_link, dead_monitor],
                               {Name, Reason} <- [{normal, normal}, {kill, kill}, {shutdown, shutdown}, {tuple, {a, [b]}}, {text, "text"}, {binary, <<"binary">>}, {big, 123456789012345678901234567890},
                                                  {map, #{k => [v]}}, {float, 2.5}, {nil, []}]],
    ok.

finish(Reason) -> error(Reason).

one(Tie, Name, Reason) ->
    Run = fun() -> receive go -> ok end, finish(Reason) end,
    Pid = spawn(Run),
    Told = case Tie of
               link -> link(Pid), Pid ! go, [exit_of(Pid)];
               monitor -> R = monitor(process, Pid), Pid ! go, [down_of(R)];
               both -> link(Pid), R = monitor(process, Pid), Pid ! go, [exit_of(Pid), down_of(R)];
               tag -> R = erlang:monitor(process, Pid, [{tag, {my, Name}}]), Pid ! go, receive {{my, Name}, R, process, Pid, W} -> [plain(W)] after 1000 -> [none] end;
               name -> register(proc_end_name, Pid), R = monitor(process, proc_end_name), Pid ! go, receive {'DOWN', R, process, Object, W} -> [Object, plain(W), whereis(proc_end_name)] end;
               between ->
                   Me = self(),
                   B = spawn_link(fun() -> link(Pid), Me ! linked, receive never -> ok after 20 -> exit(outlived) end end),
                   receive linked -> ok end,
                   Pid ! go, [exit_of(B)];
               dead_link -> R = monitor(process, Pid), Pid ! go, down_of(R), link(Pid), [exit_of(Pid)];
               dead_monitor -> R = monitor(process, Pid), Pid ! go, down_of(R), [down_of(monitor(process, Pid))]
           end,
    erlang:display({Tie, Name, Told, process_info(self(), [links, monitors, message_queue_len])}).

exit_of(Pid) -> receive {'EXIT', Pid, R} -> plain(R) after 1000 -> none end.
down_of(Ref) -> receive {'DOWN', Ref, process, _, R} -> plain(R) after 1000 -> none end.

%% Without the stack trace.
plain({R, [{_, _, _, _} | _]}) -> {error, R};
plain(R) -> R.
