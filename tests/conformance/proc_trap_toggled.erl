%% trap_exit is set and taken back between exit signals: each signal is treated as the flag is when it arrives.
-module(proc_trap_toggled).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    Steps = [[{trap, true}, {exit, boom}], [{trap, true}, {trap, false}, {exit, boom}], [{trap, true}, {exit, a}, {trap, false}, {exit, normal}, messages],
             [{exit, normal}, {trap, true}, {exit, normal}, messages], [{trap, true}, {exit, kill}], [{trap, true}, {exit, killed}, messages, {trap, false}, {exit, killed}],
             [{trap, true}, {exit, a}, {exit, b}, {exit, normal}, messages, messages], [{trap, true}, {exit, a}, {trap, false}, {trap, true}, {exit, b}, messages],
             [{link, boom}], [{trap, true}, {link, boom}, messages], [{trap, true}, {link, normal}, messages, {trap, false}, {link, normal}, messages],
             [{trap, true}, {link, kill}, messages], [{link, kill}], [{link, killed}], [{trap, true}, {link, killed}, messages],
             [{trap, true}, {unlinked, boom}, messages], [{unlinked, boom}, messages], [{trap, true}, {self, boom}, messages], [{self, normal}], [{self, boom}],
             [{trap, true}, {self, kill}], [{trap, true}, {self, normal}, messages], [{trap, true}, {noproc, x}, messages], [{noproc, x}, messages],
             [{trap, true}, {exit, {shutdown, [1]}}, {link, "text"}, {noproc, x}, {self, 1.5}, messages, {trap, false}, messages, {exit, last}]],
    [run(S) || S <- Steps],
    ok.

run(Steps) ->
    {Pid, Ref} = spawn_monitor(fun loop/0),
    Results = go(Steps, Pid, Ref),
    exit(Pid, kill),
    erlang:display({Steps, Results}).

go([], _, _) -> [];
go([{exit, R} | T], Pid, Ref) -> exit(Pid, R), after_step({exit, R}, T, Pid, Ref);
go([Step | T], Pid, Ref) -> Pid ! {self(), Step}, answer(Step, T, Pid, Ref).

after_step(Step, T, Pid, Ref) -> Pid ! {self(), ping}, answer(Step, T, Pid, Ref).

answer(_, T, Pid, Ref) ->
    receive
        {Pid, Answer} -> [Answer | go(T, Pid, Ref)];
        {'DOWN', Ref, process, Pid, R} -> [{down, R}]
    end.

loop() ->
    receive
        {From, ping} -> From ! {self(), lives};
        {From, {trap, B}} -> From ! {self(), {was, process_flag(trap_exit, B)}};
        {From, {link, R}} ->
            {P, Ref} = spawn_opt(fun() -> exit(R) end, [link, monitor]),
            receive {'DOWN', Ref, process, P, _} -> ok end,
            %% The exit signal may still be on its way.
            case process_info(self(), trap_exit) of
                {trap_exit, true} -> receive {'EXIT', P, _} = X -> self() ! X end;
                {trap_exit, false} when R =:= normal -> ok;
                {trap_exit, false} -> receive never -> ok end
            end,
            From ! {self(), linked};
        {From, {unlinked, R}} ->
            P = spawn_link(fun() -> receive stop -> exit(R) end end),
            unlink(P),
            Ref = monitor(process, P),
            P ! stop,
            receive {'DOWN', Ref, process, P, R} -> ok end,
            From ! {self(), unlinked};
        {From, {self, R}} -> exit(self(), R), From ! {self(), lives};
        {From, {noproc, _}} ->
            {P, Ref} = spawn_monitor(fun() -> ok end),
            receive {'DOWN', Ref, process, P, _} -> ok end,
            %% What comes of it comes at once, or soon.
            try link(P) of
                true -> case process_info(self(), trap_exit) of
                            {trap_exit, true} -> receive {'EXIT', P, _} = X -> self() ! X end;
                            _ -> receive never -> ok end
                        end
            catch error:noproc -> self() ! {caught, noproc}
            end,
            From ! {self(), tried};
        {From, messages} -> From ! {self(), exits()}
    end,
    loop().

exits() ->
    receive
        {'EXIT', P, R} when P =:= self() -> [{self, R} | exits()];
        {'EXIT', _, R} -> [{exit, R} | exits()];
        {caught, R} -> [{caught, R} | exits()]
    after 0 -> []
    end.
