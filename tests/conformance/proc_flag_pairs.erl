%% Each flag of process_flag/2 from each value to each other: what it gives back, and what is told then; the flag of the child.
-module(proc_flag_pairs).
-export([start/0]).

start() ->
    [pair(Flag, A, B) || {Flag, Values} <- flags(), A <- Values, B <- Values],
    [erlang:display({wrong_keeps, Flag, Wrong, fresh(fun() -> process_flag(Flag, V), R = tried(fun() -> process_flag(Flag, Wrong) end), {R, plain(process_flag(Flag, V))} end)})
     || {Flag, [_, V | _]} <- flags(), Wrong <- [wrong, -1, 1.5, [], {}, "x", 1 bsl 70, #{}], not (Flag =:= error_handler andalso is_atom(Wrong))],
    ok.

flags() ->
    [{trap_exit, [false, true]}, {priority, [normal, low, high, max]}, {min_heap_size, [233, 610, 5000]}, {fullsweep_after, [65535, 0, 7]}, {min_bin_vheap_size, [46422, 100000]},
     {message_queue_data, [on_heap, off_heap]}, {error_handler, [error_handler, some_module]}, {sensitive, [false, true]}, {save_calls, [0, 5, 100]},
     {max_heap_size, [0, 100000, #{size => 200000, kill => false}, #{size => 300000, error_logger => false}, #{size => 400000, kill => false, error_logger => false}]}].

pair(Flag, A, B) ->
    erlang:display({Flag, A, B, fresh(fun() ->
        First = process_flag(Flag, A),
        Second = process_flag(Flag, B),
        Told = told(Flag),
        Third = process_flag(Flag, A),
        Child = case Flag of
                    sensitive -> none;
                    save_calls -> none;
                    _ -> Me = self(), spawn(fun() -> Me ! {child, plain(process_flag(Flag, B))} end), receive {child, X} -> X end
                end,
        {plain(First), plain(Second), Told, plain(Third), Child}
    end)}).

told(F) when F =:= trap_exit; F =:= priority; F =:= message_queue_data; F =:= error_handler -> element(2, process_info(self(), F));
told(F) when F =:= min_heap_size; F =:= fullsweep_after; F =:= min_bin_vheap_size -> {garbage_collection, L} = process_info(self(), garbage_collection), [{X} || {K, X} <- L, K =:= F];
told(_) -> none.

%% Some maps have more in later releases.
plain(#{size := S, kill := K, error_logger := E}) -> {S, K, E};
plain(X) -> X.

fresh(F) -> {P, R} = spawn_monitor(fun() -> exit({result, F()}) end), receive {'DOWN', R, process, P, {result, X}} -> X end.

tried(F) -> try plain(F()) catch C:R -> {C, R} end.
