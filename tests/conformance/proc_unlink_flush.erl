%% After unlink/1 no exit message of that link comes, unless it had come before.
-module(proc_unlink_flush).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    [one(K) || K <- [before, dead, never, twice, other_end]],
    ok.

one(before) ->
    Pid = spawn_link(fun() -> receive stop -> exit(late) end end),
    unlink(Pid),
    Ref = monitor(process, Pid),
    Pid ! stop,
    receive {'DOWN', Ref, _, _, R} -> erlang:display({before, R}) end,
    erlang:display(flush());
one(dead) ->
    Pid = spawn_link(fun() -> exit(early) end),
    Ref = monitor(process, Pid),
    receive {'DOWN', Ref, _, _, R} -> erlang:display({dead, kind(R)}) end,
    unlink(Pid),
    erlang:display([{X, Y} || {X, _, Y} <- flush()]);
one(never) ->
    Pid = spawn(fun() -> receive stop -> ok end end),
    erlang:display({never, unlink(Pid)}),
    exit(Pid, kill),
    erlang:display(flush());
one(twice) ->
    Pid = spawn_link(fun() -> receive stop -> exit(late) end end),
    unlink(Pid), link(Pid), unlink(Pid), link(Pid),
    Pid ! stop,
    erlang:display([{X, Y} || {X, _, Y} <- flush()]);
one(other_end) ->
    Me = self(),
    Pid = spawn_link(fun() -> unlink(Me), Me ! done, receive stop -> exit(late) end end),
    receive done -> ok end,
    erlang:display({other_end, process_info(self(), links), process_info(Pid, links)}),
    Pid ! stop,
    erlang:display(flush()).

kind(noproc) -> early;
kind(R) -> R.

flush() -> receive X -> [X | flush()] after 20 -> [] end.
