%% process_flag/2 with each flag and value: what it gives, what is then told; process_flag/3.
-module(proc_flags_all).
-export([start/0]).

start() ->
    [erlang:display({F, V, catch_it(fun() -> process_flag(F, V) end)})
     || {F, Vs} <- [{trap_exit, [true, true, false, x, 1]}, {priority, [low, normal, high, max, normal, x, 1]},
                    {min_heap_size, [0, 233, 1000, 2000, 233, -1, x]}, {min_bin_vheap_size, [0, 46422, 50000, -1, x]},
                    {fullsweep_after, [0, 10, 65535, -1, x]}, {message_queue_data, [off_heap, on_heap, off_heap, mixed, on_heap, 1]},
                    {save_calls, [0, 10, 10000, 10001, -1, x, 0]}, {sensitive, [true, true, false, x]},
                    {error_handler, [some_handler, other_handler, error_handler, 1]},
                    {no_flag, [1]}, {1, [1]}, {"flag", [x]}],
        V <- Vs],
    [limit(V) || V <- [0, 233, 1000, 0, 232, -1, x, #{size => 500000}, #{size => 500000, kill => false}, #{size => 0}, #{}, #{kill => true}, #{size => x}, #{size => 500000, error_logger => x},
                       #{size => 500000, error_logger => false, kill => false}, 0, #{size => 0, kill => true, error_logger => true}]],
    erlang:display([process_info(self(), I) || I <- [trap_exit, priority, message_queue_data, error_handler]]),
    Pid = spawn(fun() -> receive stop -> ok end end),
    [erlang:display({F, V, catch_it(fun() -> process_flag(Pid, F, V) end)})
     || {F, V} <- [{save_calls, 5}, {save_calls, 0}, {save_calls, -1}, {save_calls, 10001}, {save_calls, x}, {trap_exit, true}, {priority, low}, {1, 1}]],
    erlang:display({self, catch_it(fun() -> process_flag(self(), save_calls, 3) end), catch_it(fun() -> process_flag(self(), save_calls, 0) end)}),
    exit(Pid, kill),
    Ref = monitor(process, Pid), receive {'DOWN', Ref, _, _, _} -> ok end,
    erlang:display({dead, catch_it(fun() -> process_flag(Pid, save_calls, 1) end)}),
    erlang:display({no_pid, [catch_it(fun() -> process_flag(W, save_calls, 1) end) || W <- [a, 1, "x", {}]]}),
    ok.

limit(V) ->
    erlang:display({max_heap_size, V, case catch_it(fun() -> process_flag(max_heap_size, V) end) of
                                          #{size := S, kill := K, error_logger := E} -> {S, K, E};
                                          Other -> Other
                                      end}).

catch_it(Fun) -> try Fun() catch C:R -> {C, R} end.
