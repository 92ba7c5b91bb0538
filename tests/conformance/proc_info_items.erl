%% process_info: each item alone and in lists, of oneself, of others, of the dead; wrong ones.
-module(proc_info_items).
-export([start/0, wait/1]).

start() ->
    Items = [registered_name, current_function, initial_call, status, message_queue_len, links, dictionary, trap_exit, error_handler, priority, suspending,
             messages, message_queue_data, monitors, monitored_by, binary, catchlevel, last_calls, trace, sequential_trace_token, min_heap_size, fullsweep_after],
    Numbers = [total_heap_size, heap_size, stack_size, reductions, memory],
    Lists = [garbage_collection, garbage_collection_info, current_location, current_stacktrace, group_leader],
    P = spawn(?MODULE, wait, [self()]),
    receive {P, ready} -> ok end,
    P ! one, P ! {two, [2]},
    receive after 2 -> ok end,
    [erlang:display({I, case process_info(P, I) of {binary, L} -> {binary, length(L)}; X -> X end}) || I <- Items],
    [erlang:display({I, element(1, process_info(P, I)), is_integer(element(2, process_info(P, I)))}) || I <- Numbers],
    [erlang:display({I, element(1, process_info(P, I))}) || I <- Lists],
    erlang:display({list, process_info(P, [priority, message_queue_len, priority, registered_name, trap_exit])}),
    erlang:display({empty, process_info(P, [])}),
    register(proc_info_items_name, P),
    erlang:display({named, process_info(P, registered_name), process_info(P, [registered_name])}),
    unregister(proc_info_items_name),
    [erlang:display({wrong, W, [try process_info(P, W) catch C:R -> {C, R} end, try process_info(self(), W) catch C:R -> {C, R} end]})
     || W <- [a, 1, "x", [a], [priority, a], [priority | a], {priority}, backtrace_x]],
    [erlang:display({no_pid, W, [try process_info(W, priority) catch C:R -> {C, R} end, try process_info(W) catch C:R -> {C, R} end]}) || W <- [a, 1, [], {}]],
    Keys = [K || {K, _} <- process_info(P)],
    erlang:display(Keys),
    Own = [K || {K, _} <- process_info(self())],
    erlang:display({same, Keys =:= Own}),
    Ref = monitor(process, P), exit(P, kill), receive {'DOWN', Ref, _, _, _} -> ok end,
    erlang:display({dead, process_info(P), process_info(P, priority), process_info(P, [priority, links]), process_info(P, []), try process_info(P, a) catch C1:R1 -> {C1, R1} end}),
    erlang:display({own, [process_info(self(), I) || I <- [message_queue_len, trap_exit, priority, status, monitors, message_queue_data, catchlevel]]}),
    {current_function, {M, F, A}} = process_info(self(), current_function),
    erlang:display({M, F, A}),
    {current_stacktrace, [{M2, F2, A2, _} | _]} = process_info(self(), current_stacktrace),
    erlang:display({M2, F2, A2}),
    {initial_call, {M3, _, A3}} = process_info(spawn(fun() -> ok end), initial_call),
    erlang:display({M3, A3}),
    {parent, Parent} = try process_info(spawn(fun() -> receive after 100 -> ok end end), parent) catch error:badarg -> {parent, self()} end,
    erlang:display({parent, Parent =:= self()}),
    self() ! {a, message}, self() ! <<"binary">>,
    erlang:display(process_info(self(), messages)),
    erlang:display(process_info(self(), [messages, message_queue_len])),
    ok.

wait(Me) ->
    put(some, [thing]),
    process_flag(trap_exit, true),
    process_flag(priority, high),
    Me ! {self(), ready},
    receive never -> ok end.
