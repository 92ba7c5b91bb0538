%% Bytes in use are the same after as before rounds of everything that makes something and ends it.
-module(lost).
-export([start/0, quit/0, nothing/0, forever/0]).

-ifndef(TIMES).
-define(TIMES, 100000).
-endif.
rounds() -> ?TIMES.

start() ->
    put(failed, []),
    process_flag(trap_exit, true),
    Cases = [{spawn_link, fun spawn_link_exit/1}, {spawn_monitor, fun spawn_monitor_exit/1},
             {links, fun links/1}, {monitors, fun monitors/1}, {tagged, fun tagged/1}, {named_monitors, fun named_monitors/1},
             {aliases, fun aliases/1}, {alias_monitors, fun alias_monitors/1},
             {timers, fun timers/1}, {timers_of_dead, fun timers_of_dead/1}, {timers_fired, fun timers_fired/1}, {names, fun names/1},
             {binaries, fun binaries/1}, {killed_waiting, fun killed_waiting/1},
             {killed_selective, fun killed_selective/1}, {killed_marker, fun killed_marker/1}, {killed_timeout, fun killed_timeout/1},
             {killed_full, fun killed_full/1}, {killed_runnable, fun killed_runnable/1}, {big_messages, fun big_messages/1},
             {linked_pairs, fun linked_pairs/1}, {dictionaries, fun dictionaries/1}, {flags, fun flags/1},
             {exits_flushed, fun exits_flushed/1}, {leaders, fun leaders/1}],
    [check(Name, Fun) || {Name, Fun} <- Cases],
    case get(failed) of
        [] -> ok;
        Failed -> erlang:display({lost, Failed}), error
    end.

%% The first measurement is of no rounds: it has the same things alive as the second. One round before it makes what is
%% made once: atoms that only the machine names.
check(Name, Fun) ->
    Fun(1),
    Before = measure(Fun, 0),
    After = measure(Fun, rounds()),
    %% So that the fun lives as long.
    Fun(0),
    case After - Before of
        0 -> erlang:display({Name, same});
        More -> erlang:display({Name, lost, More}), put(failed, [Name | get(failed)])
    end.

measure(Fun, Rounds) -> Fun(Rounds), settled().

settled() ->
    receive after 0 -> ok end,
    erlang:yield(),
    erlang:garbage_collect(),
    erlang:garbage_collect(),
    erlang:memory(total).

quit() -> exit(normal).
nothing() -> ok.
forever() -> receive stop -> ok end.

spawn_link_exit(0) -> ok;
spawn_link_exit(N) ->
    Pid = spawn_link(?MODULE, quit, []),
    receive {'EXIT', Pid, normal} -> ok end,
    spawn_link_exit(N - 1).

spawn_monitor_exit(0) -> ok;
spawn_monitor_exit(N) ->
    {Pid, Ref} = spawn_monitor(fun() -> exit({some, [reason, N]}) end),
    receive {'DOWN', Ref, process, Pid, {some, [reason, N]}} -> ok end,
    spawn_monitor_exit(N - 1).

with(Fun) ->
    Pid = spawn(?MODULE, forever, []),
    Fun(Pid),
    Ref = monitor(process, Pid),
    exit(Pid, kill),
    receive {'DOWN', Ref, _, _, _} -> ok end.

links(N) -> with(fun(Pid) -> links(N, Pid) end).
links(0, _) -> ok;
links(N, Pid) -> link(Pid), link(Pid), unlink(Pid), links(N - 1, Pid).

monitors(N) -> with(fun(Pid) -> monitors(N, Pid) end).
monitors(0, _) -> ok;
monitors(N, Pid) ->
    A = monitor(process, Pid),
    B = monitor(process, Pid),
    demonitor(A),
    demonitor(B, [flush, info]),
    monitors(N - 1, Pid).

tagged(0) -> ok;
tagged(N) ->
    Pid = spawn(?MODULE, quit, []),
    Tag = {tag, [N], make_ref()},
    Ref = erlang:monitor(process, Pid, [{tag, Tag}]),
    case N rem 2 of
        0 -> demonitor(Ref, [flush]), receive {Tag, Ref, _, _, _} -> exit(bad) after 0 -> ok end;
        1 -> receive {Tag, Ref, process, Pid, _} -> ok end
    end,
    tagged(N - 1).

named_monitors(0) -> ok;
named_monitors(N) ->
    Pid = spawn(?MODULE, forever, []),
    register(some_name, Pid),
    Ref = monitor(process, some_name),
    exit(Pid, kill),
    receive {'DOWN', Ref, process, {some_name, _}, killed} -> ok end,
    Gone = monitor(process, some_name),
    receive {'DOWN', Gone, process, _, noproc} -> ok end,
    named_monitors(N - 1).

aliases(0) -> ok;
aliases(N) ->
    A = alias(), B = alias([reply]), C = alias([explicit_unalias]),
    A ! {A, one}, B ! {B, two}, B ! {B, lost}, C ! {C, three},
    receive {A, one} -> ok end,
    receive {B, two} -> ok end,
    receive {C, three} -> ok end,
    true = unalias(A), false = unalias(B), true = unalias(C),
    aliases(N - 1).

alias_monitors(0) -> ok;
alias_monitors(N) ->
    Mode = element(N rem 3 + 1, {explicit_unalias, demonitor, reply_demonitor}),
    Pid = spawn(fun() -> receive {Ref, Again} -> Ref ! {Ref, hello}, [Ref ! {Ref, more} || Again] end end),
    Ref = erlang:monitor(process, Pid, [{alias, Mode}]),
    Pid ! {Ref, N rem 2 =:= 0},
    receive {Ref, hello} -> ok end,
    case Mode of
        reply_demonitor -> ok;
        _ -> receive {'DOWN', Ref, _, _, _} -> ok end
    end,
    unalias(Ref),
    flush(),
    alias_monitors(N - 1).

flush() -> receive _ -> flush() after 0 -> ok end.

timers(0) -> ok;
timers(N) ->
    A = erlang:send_after(100000 + N, self(), {some, message, N}),
    B = erlang:start_timer(1000000 - N, self(), <<0:1000>>),
    C = erlang:start_timer(1000000, no_name, hello),
    Left = erlang:cancel_timer(A), true = is_integer(Left),
    false = erlang:cancel_timer(A),
    true = is_integer(erlang:read_timer(B)),
    ok = erlang:cancel_timer(B, [{info, false}]),
    ok = erlang:cancel_timer(C, [{async, true}, {info, false}]),
    timers(N - 1).

timers_of_dead(0) -> ok;
timers_of_dead(N) ->
    Pid = spawn(fun() -> erlang:send_after(1000000, self(), {never, N}), erlang:start_timer(2000000, self(), never) end),
    erlang:send_after(3000000, Pid, never),
    Ref = monitor(process, Pid),
    receive {'DOWN', Ref, _, _, _} -> ok end,
    timers_of_dead(N - 1).

timers_fired(N) -> fired(N div 100).
fired(0) -> ok;
fired(N) ->
    [erlang:send_after(0, self(), {K, N}) || K <- lists(100)],
    [receive {K, N} -> ok end || K <- lists(100)],
    fired(N - 1).

lists(0) -> [];
lists(N) -> [N | lists(N - 1)].

names(0) -> ok;
names(N) ->
    register(name_a, self()),
    unregister(name_a),
    Pid = spawn(?MODULE, nothing, []),
    try register(name_b, Pid) catch error:badarg -> ok end,
    Ref = monitor(process, Pid),
    receive {'DOWN', Ref, _, _, _} -> ok end,
    undefined = whereis(name_b),
    names(N - 1).

binaries(N) ->
    Echo = spawn(fun echo/0),
    pass(N, Echo),
    Ref = monitor(process, Echo),
    exit(Echo, kill),
    receive {'DOWN', Ref, _, _, _} -> ok end.
pass(0, _) -> ok;
pass(N, Echo) ->
    Binary = <<N:32, 0:8000>>,
    Echo ! {self(), Binary},
    receive Binary -> ok end,
    pass(N - 1, Echo).
echo() -> receive {From, Binary} -> From ! Binary end, echo().

killed_waiting(0) -> ok;
killed_waiting(N) -> kill(spawn_link(?MODULE, forever, []), N), killed_waiting(N - 1).

kill(Pid, N) ->
    [erlang:yield() || N rem 2 =:= 0],
    exit(Pid, kill),
    receive {'EXIT', Pid, killed} -> ok end.

killed_selective(0) -> ok;
killed_selective(N) ->
    Pid = spawn_link(?MODULE, forever, []),
    Pid ! {one, <<0:2400>>}, Pid ! [two, N], Pid ! three,
    kill(Pid, N),
    killed_selective(N - 1).

killed_marker(0) -> ok;
killed_marker(N) ->
    Pid = spawn_link(fun() -> Ref = make_ref(), receive {Ref, _} -> ok end end),
    Pid ! {one, two}, Pid ! [two, N],
    kill(Pid, N),
    killed_marker(N - 1).

killed_timeout(0) -> ok;
killed_timeout(N) ->
    Pid = spawn_link(fun() -> receive never -> ok after 1000000 -> ok end end),
    Pid ! {one, two},
    kill(Pid, N),
    killed_timeout(N - 1).

killed_full(N) -> full(N div 100).
full(0) -> ok;
full(N) ->
    Pid = spawn_link(?MODULE, forever, []),
    [Pid ! {K, <<0:1600>>} || K <- lists(100)],
    kill(Pid, N),
    full(N - 1).

killed_runnable(0) -> ok;
killed_runnable(N) ->
    Pid = spawn_link(fun() -> spin(0) end),
    kill(Pid, 1),
    killed_runnable(N - 1).
spin(N) -> spin(N + 1).

big_messages(N) ->
    Pid = spawn_link(fun drain/0),
    big(N div 20, Pid, lists(1000)),
    Pid ! {last, self()},
    receive {Pid, done} -> ok end,
    kill(Pid, N).
big(0, _, _) -> ok;
big(N, Pid, List) -> Pid ! {N, List}, [erlang:yield() || N rem 10 =:= 0], big(N - 1, Pid, List).
drain() -> receive {last, Who} -> Who ! {self(), done}; _ -> ok end, drain().

linked_pairs(0) -> ok;
linked_pairs(N) ->
    {A, Ref} = spawn_monitor(fun() -> B = spawn_link(?MODULE, forever, []), monitor(process, B), spawn_link(?MODULE, forever, []), exit({boom, N}) end),
    receive {'DOWN', Ref, process, A, {boom, N}} -> ok end,
    linked_pairs(N - 1).

dictionaries(0) -> ok;
dictionaries(N) ->
    Pid = spawn_link(fun() -> put({key, N}, [value]), put(other, <<0:5000>>), erase({key, N}) end),
    receive {'EXIT', Pid, normal} -> ok end,
    put(own, [N]), erase(own),
    dictionaries(N - 1).

flags(0) -> ok;
flags(N) ->
    Pid = spawn_opt(fun() -> process_flag(min_heap_size, 1000), process_flag(message_queue_data, off_heap), process_flag(max_heap_size, 100000) end, [link, {fullsweep_after, 3}, {priority, high}]),
    receive {'EXIT', Pid, normal} -> ok end,
    flags(N - 1).

exits_flushed(0) -> ok;
exits_flushed(N) ->
    Pid = spawn_link(?MODULE, quit, []),
    erlang:yield(),
    unlink(Pid),
    receive {'EXIT', Pid, _} -> ok after 0 -> ok end,
    exits_flushed(N - 1).

leaders(0) -> ok;
leaders(N) ->
    Pid = spawn_link(?MODULE, forever, []),
    group_leader(self(), Pid),
    kill(Pid, N),
    leaders(N - 1).
