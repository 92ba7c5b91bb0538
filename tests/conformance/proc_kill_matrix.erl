%% kill, sent and as the reason of a linked process's end, against everything that might stop it.
-module(proc_kill_matrix).
-export([start/0, woken/0]).

start() ->
    process_flag(trap_exit, true),
    [one(How, What) || How <- [signal, link_exit_kill, link_killed, chain, twice], What <- [plain, traps, high, spins, catches, 'after', hibernates, suspended, sends, waits_timeout, collects]],
    ok.

one(How, What) ->
    Me = self(),
    Pid = spawn(fun() -> Me ! {self(), ready}, what(What) end),
    receive {Pid, ready} -> ok end,
    Ref = monitor(process, Pid),
    What =:= suspended andalso erlang:suspend_process(Pid),
    receive after 1 -> ok end,
    case How of
        signal -> exit(Pid, kill);
        twice -> exit(Pid, kill), exit(Pid, kill);
        link_exit_kill -> spawn(fun() -> link(Pid), exit(kill) end);
        link_killed -> spawn(fun() -> link(Pid), exit(killed) end);
        chain -> P2 = spawn(fun() -> link(Pid), Me ! linked, receive never -> ok end end), receive linked -> ok end, exit(P2, kill)
    end,
    Got = receive {'DOWN', Ref, process, Pid, R} -> R after 300 -> alive end,
    What =:= suspended andalso Got =:= alive andalso erlang:resume_process(Pid),
    exit(Pid, kill),
    Last = receive {'DOWN', Ref, process, Pid, R2} -> R2 after case Got of alive -> 20000; _ -> 0 end -> none end,
    erlang:display({How, What, Got, Last, flush(Pid)}).

what(plain) -> receive never -> ok end;
what(suspended) -> receive never -> ok end;
what(traps) -> process_flag(trap_exit, true), receive never -> ok end;
what(high) -> process_flag(priority, high), receive never -> ok end;
what(spins) -> erlang:yield(), what(spins);
what(catches) -> catch receive never -> ok end;
what('after') -> try receive never -> ok end after put(a, b) end;
what(hibernates) -> erlang:hibernate(?MODULE, woken, []);
what(sends) -> self() ! x, receive x -> ok end, erlang:yield(), what(sends);
what(waits_timeout) -> receive never -> ok after 100000 -> ok end;
what(collects) -> erlang:garbage_collect(), erlang:yield(), what(collects).

woken() -> erlang:hibernate(?MODULE, woken, []).

flush(Pid) -> receive {'EXIT', Pid, R} -> [R | flush(Pid)] after 0 -> [] end.
