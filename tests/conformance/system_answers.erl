-module(system_answers).
-export([start/0]).

%% What system_info tells that is the same on any VM, and the kinds of what is not.
start() ->
    Same = [time_correction, heap_type, dynamic_trace, scheduler_bind_type, port_parallelism,
            message_queue_data, endian, debug_compiled, fullsweep_after, min_heap_size, min_bin_vheap_size, trace_control_word],
    [erlang:display({Item, erlang:system_info(Item)}) || Item <- Same],
    Integers = [schedulers, schedulers_online, process_count, process_limit, atom_count, atom_limit, port_count, port_limit,
                thread_pool_size, start_time, creation, {wordsize, internal}, {wordsize, external}, wordsize],
    [erlang:display({Item, is_integer(erlang:system_info(Item))}) || Item <- Integers],
    Lists = [otp_release, version, system_version, system_architecture, machine],
    [erlang:display({Item, is_list(erlang:system_info(Item))}) || Item <- Lists],
    Atoms = [emu_type, emu_flavor, multi_scheduling, tolerant_timeofday, build_type, threads],
    [erlang:display({Item, is_atom(erlang:system_info(Item))}) || Item <- Atoms],
    {Family, Name} = erlang:system_info(os_type),
    erlang:display(is_atom(Family) andalso is_atom(Name)),
    Bad = [no_such_item, 1, [], {wordsize, other}, {a, b, c}],
    [erlang:display(try erlang:system_info(Item) catch C:R:S -> {C, R, hd(S)} end) || Item <- Bad],
    erlang:display([Key || {Key, Value} <- erlang:memory(), is_integer(Value), Value >= 0] =/= []),
    erlang:display(is_integer(erlang:memory(total))),
    erlang:display([Key || {Key, _} <- erlang:memory([binary, total])]),
    [erlang:display(try erlang:memory(Item) catch C:R -> {C, R} end) || Item <- [no_such_item, [no_such_item], 1]],
    erlang:display(is_integer(os:system_time())),
    erlang:display(abs(os:system_time(millisecond) - erlang:system_time(millisecond)) < 60000),
    {Mega, Seconds, Micro} = os:timestamp(),
    erlang:display(is_integer(Mega) andalso is_integer(Seconds) andalso is_integer(Micro)),
    erlang:display(os:getenv("NO_SUCH_VARIABLE_HERE")),
    [erlang:display(try os:getenv(V) catch C:R -> {C, R} end) || V <- [a, [a], [1 | 2]]],
    [erlang:display(try os:system_time(U) catch C:R:S -> {C, R, hd(S)} end) || U <- [a, 0, -1, 1.0]],
    ok.
