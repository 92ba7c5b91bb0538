%% demonitor with each option, before and after the message has come, with and without a tag.
-module(proc_demonitor_modes).
-export([start/0]).

start() ->
    [one(State, Tag, Options) || State <- [alive, down_in_queue, down_taken, twice], Tag <- [none, tag, {tag, [1]}],
                                 Options <- [[], [flush], [info], [flush, info], [info, flush], [flush, flush]]],
    ok.

one(State, Tag, Options) ->
    Pid = spawn(fun() -> receive stop -> exit(bye) end end),
    Ref = case Tag of none -> monitor(process, Pid); _ -> erlang:monitor(process, Pid, [{tag, Tag}]) end,
    self() ! {other, message},
    case State of
        alive -> ok;
        twice -> demonitor(Ref);
        _ -> Again = monitor(process, Pid), Pid ! stop, receive {'DOWN', Again, _, _, _} -> ok end
    end,
    case State of
        down_taken -> receive {_, Ref, process, Pid, bye} -> ok end;
        _ -> ok
    end,
    Result = demonitor(Ref, Options),
    exit(Pid, kill),
    receive after 1 -> ok end,
    Left = [case X of {T, R, process, P, Reason} when R =:= Ref, P =:= Pid -> {T, Reason}; _ -> X end || X <- flush()],
    erlang:display({State, Tag, Options, Result, Left}).

flush() -> receive X -> [X | flush()] after 0 -> [] end.
