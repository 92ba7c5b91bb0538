%% exit/2 with each reason, from a linked or an unlinked process, to one that traps exits or not, that waits or runs.
-module(proc_exit2_matrix).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    [one(Trap, Linked, State, Reason) || Trap <- [true, false], Linked <- [true, false],
                                         State <- [waits, runs, timeout], Reason <- reasons()],
    ok.

reasons() -> [normal, kill, killed, shutdown, {shutdown, x}, boom, {big, "text", 12345678901234567890}, noproc, 'EXIT', []].

one(Trap, Linked, State, Reason) ->
    Me = self(),
    Pid = spawn(fun() -> process_flag(trap_exit, Trap), Me ! {self(), ready}, state(State, Me) end),
    receive {Pid, ready} -> ok end,
    Linked andalso link(Pid),
    Ref = monitor(process, Pid),
    true = exit(Pid, Reason),
    First = receive
                {Pid, got, {'EXIT', From, R}} -> {message, From =:= Me, R};
                {'DOWN', Ref, process, Pid, R} -> {down, R}
            after 20 -> nothing
            end,
    exit(Pid, kill),
    receive {'DOWN', Ref, process, Pid, _} -> ok after 0 -> case First of {down, _} -> ok; _ -> receive {'DOWN', Ref, process, Pid, _} -> ok end end end,
    Exit = case Linked of
               true -> receive {'EXIT', Pid, Told} -> Told end;
               false -> none
           end,
    erlang:display({Trap, Linked, State, Reason, First, Exit}).

state(waits, Me) -> receive Message -> Me ! {self(), got, Message} end, state(waits, Me);
state(timeout, Me) -> receive Message -> Me ! {self(), got, Message} after 100000 -> ok end, state(timeout, Me);
state(runs, Me) ->
    receive Message -> Me ! {self(), got, Message} after 0 -> ok end,
    erlang:yield(),
    state(runs, Me).
