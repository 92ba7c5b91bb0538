%% Which flags and relations a new process has of its parent, and which not.
-module(proc_flags_inherited).
-export([start/0]).

start() ->
    Defaults = told(fun(F) -> spawn(F) end),
    process_flag(trap_exit, true), process_flag(priority, high), process_flag(message_queue_data, off_heap), process_flag(min_heap_size, 1000), process_flag(fullsweep_after, 5),
    put(key, value),
    link(L = spawn(fun() -> receive stop -> ok end end)),
    _ = monitor(process, L),
    [erlang:display({How, told(Spawn) =:= Defaults}) || {How, Spawn} <- [{spawn, fun(F) -> spawn(F) end}, {spawn_monitor, fun(F) -> {P, _} = spawn_monitor(F), P end}, {spawn_opt, fun(F) -> spawn_opt(F, []) end}]],
    erlang:display(Defaults),
    erlang:display({link, told(fun(F) -> spawn_link(F) end)}),
    erlang:display({own, [process_info(self(), I) || I <- [priority, trap_exit, message_queue_data, min_heap_size, fullsweep_after, dictionary]]}),
    ok.

told(Spawn) ->
    Me = self(),
    P = Spawn(fun() -> Me ! {self(), [process_info(self(), I) || I <- [priority, trap_exit, message_queue_data, min_heap_size, fullsweep_after, dictionary, message_queue_len, registered_name, monitors]],
                             length(element(2, process_info(self(), links))), group_leader() =:= group_leader()} end),
    receive {P, Told, Links, Leader} -> {Told, Links, Leader} end.
