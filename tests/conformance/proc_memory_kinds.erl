%% memory/0,1 and statistics/1: which items there are, and the errors.
-module(proc_memory_kinds).
-export([start/0]).

start() ->
    Kinds = [total, processes, processes_used, system, atom, atom_used, binary, code, ets],
    erlang:display([{K, is_integer(erlang:memory(K)), erlang:memory(K) >= 0} || K <- Kinds]),
    erlang:display([K || {K, V} <- erlang:memory(), is_integer(V)]),
    erlang:display([K || {K, _} <- erlang:memory([binary, total, binary])]),
    erlang:display(erlang:memory([])),
    [erlang:display({wrong, W, try erlang:memory(W) catch C:R -> {C, R} end}) || W <- [a, 1, [a], [total, a], "x"]],
    erlang:display({parts, erlang:memory(total) >= erlang:memory(processes), erlang:memory(processes) >= erlang:memory(processes_used) div 2}),
    B0 = erlang:memory(binary),
    B = list_to_binary(numbers(100000)),
    erlang:display({binary, erlang:memory(binary) - B0 >= 100000, byte_size(B)}),
    [erlang:display({S, shape(try statistics(S) catch C:R -> {C, R} end)})
     || S <- [reductions, exact_reductions, runtime, wall_clock, garbage_collection, io, run_queue, run_queue_lengths, total_run_queue_lengths, active_tasks, total_active_tasks, context_switches,
              none, 1, "x"]],
    {R1, _} = statistics(reductions),
    numbers(10000),
    {R2, D} = statistics(reductions),
    erlang:display({reductions, R2 > R1, D > 0}),
    {W1, _} = statistics(wall_clock), receive after 5 -> ok end, {W2, _} = statistics(wall_clock),
    erlang:display({wall_clock, W2 - W1 >= 4, W2 - W1 < 1000}),
    {G1, _, _} = statistics(garbage_collection), erlang:garbage_collect(), {G2, _, _} = statistics(garbage_collection),
    erlang:display({collections, G2 > G1}),
    ok.

shape(X) when is_integer(X) -> integer;
shape(X) when is_tuple(X) -> list_to_tuple([shape(Y) || Y <- tuple_to_list(X)]);
shape([_ | _]) -> list;
shape(X) -> X.

numbers(0) -> [];
numbers(N) -> [N rem 256 | numbers(N - 1)].
