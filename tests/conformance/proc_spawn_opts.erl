%% spawn_opt with each option, and what process_info tells of it; wrong options.
-module(proc_spawn_opts).
-export([start/0, run/1]).

start() ->
    process_flag(trap_exit, true),
    [one(Options) || Options <- [[], [link], [{priority, low}], [{priority, normal}], [{priority, high}], [{priority, max}],
        [{message_queue_data, off_heap}], [{message_queue_data, on_heap}], [{min_heap_size, 0}], [{min_heap_size, 233}], [{min_heap_size, 234}],
        [{min_heap_size, 1000}], [{min_heap_size, 100000}],
        [{fullsweep_after, 0}], [{fullsweep_after, 10}], [{fullsweep_after, 65535}], [link, link], [link, {priority, high}, {min_heap_size, 500}],
        [{priority, low}, {priority, high}]]],
    [limit(L) || L <- [0, 233, 1000, 100000, #{size => 1000}, #{size => 0}, #{size => 5000, kill => false}, #{size => 5000, error_logger => false},
                       #{size => 5000, kill => true, error_logger => true}, #{size => 3000, kill => false, error_logger => false, other => 1}]],
    [wrong(Options) || Options <- [a, [a], [{link, true}], [monitor | x], [{priority, none}], [{priority, 1}], [{min_heap_size, -1}], [{min_heap_size, a}],
        [{fullsweep_after, -1}], [{fullsweep_after, x}], [{message_queue_data, nowhere}], [{max_heap_size, -1}], [{max_heap_size, 1}], [{max_heap_size, 232}], [{max_heap_size, #{}}],
        [{max_heap_size, #{size => -1}}], [{max_heap_size, #{size => 500, kill => 1}}], [{max_heap_size, x}], [{sensitive, true}], [{trap_exit, true}],
        [{min_bin_vheap_size, x}], [{monitor, x}], [{monitor, [{tag}]}], [{monitor, [{alias, x}]}], [1], [{1, 2}], [{link}], [{a, b, c}]]],
    ok.

one(Options) ->
    Me = self(),
    Pid = spawn_opt(fun() -> Me ! {self(), ready}, receive stop -> ok end end, Options),
    receive {Pid, ready} -> ok end,
    {_, Links} = process_info(Pid, links),
    {garbage_collection, G} = process_info(Pid, garbage_collection),
    erlang:display({Options, length(Links), process_info(Pid, [priority, message_queue_data, trap_exit]),
                    [X || {K, _} = X <- G, K =:= min_heap_size orelse K =:= fullsweep_after]}),
    Pid ! stop,
    receive {'EXIT', Pid, R} -> erlang:display(R) after 200 -> erlang:display(no_link) end,
    Pid2 = spawn_opt(?MODULE, run, [Me], Options),
    receive {Pid2, ran} -> erlang:display(ran) end,
    receive {'EXIT', Pid2, R2} -> erlang:display(R2) after 200 -> ok end.

run(Me) -> Me ! {self(), ran}.

limit(L) ->
    Me = self(),
    Pid = spawn_opt(fun() -> Me ! {self(), process_flag(max_heap_size, 0)} end, [{max_heap_size, L}]),
    receive {Pid, Map} ->
        #{size := S, kill := K, error_logger := E} = Map,
        erlang:display({limit, S, K, E}) end.

wrong(Options) ->
    erlang:display({wrong, Options, try spawn_opt(fun() -> ok end, Options) of P -> is_pid(P) catch C:R -> {C, R} end,
                    try spawn_opt(?MODULE, run, [self()], Options) of P -> is_pid(P) catch C:R -> {C, R} end}),
    receive {_, ran} -> ok after 0 -> ok end.
