%% A process that grows beyond max_heap_size is killed; one whose limit does not kill goes on.
-module(proc_max_heap).
-export([start/0]).

start() ->
    [one(Limit, How) || Limit <- [5000, #{size => 5000}, #{size => 5000, kill => true, error_logger => false}, #{size => 5000, kill => false, error_logger => false},
                                  0, 10000000],
                        How <- [list, mailbox, small]],
    own_flag(),
    linked(),
    ok.

one(Limit, How) ->
    Options = case Limit of #{} -> Limit#{error_logger => false}; 0 -> 0; _ -> #{size => Limit, error_logger => false} end,
    {Pid, Ref} = spawn_opt(fun() -> exit({done, work(How)}) end, [monitor, {max_heap_size, Options}]),
    receive {'DOWN', Ref, process, Pid, R} -> erlang:display({Limit, How, R}) after 10000 -> erlang:display({Limit, How, timeout}) end.

work(list) -> length(numbers(50000));
work(mailbox) -> [self() ! {message, N} || N <- numbers(20000)], flush(0);
work(small) -> length(numbers(100)).

numbers(N) -> numbers(N, []).
numbers(0, L) -> L;
numbers(N, L) -> numbers(N - 1, [N | L]).

flush(N) -> receive _ -> flush(N + 1) after 0 -> N end.

own_flag() ->
    {Pid, Ref} = spawn_monitor(fun() ->
        process_flag(max_heap_size, #{size => 3000, kill => true, error_logger => false}),
        exit({done, length(numbers(50000))}) end),
    receive {'DOWN', Ref, process, Pid, R} -> erlang:display({own, R}) end,
    {Pid2, Ref2} = spawn_monitor(fun() ->
        process_flag(max_heap_size, #{size => 3000, kill => true, error_logger => false}),
        process_flag(max_heap_size, 0),
        exit({done, length(numbers(50000))}) end),
    receive {'DOWN', Ref2, process, Pid2, R2} -> erlang:display({taken_back, R2}) end.

linked() ->
    process_flag(trap_exit, true),
    Pid = spawn_opt(fun() -> numbers(50000), receive stop -> ok end end, [link, {max_heap_size, #{size => 3000, kill => true, error_logger => false}}]),
    receive {'EXIT', Pid, R} -> erlang:display({linked, R}) after 10000 -> erlang:display(timeout) end,
    %% It cannot be caught, and traps do not help.
    Pid2 = spawn_opt(fun() -> process_flag(trap_exit, true), try numbers(50000), exit(alive) catch _:_ -> exit(caught) after exit(after_it) end end,
                     [link, {max_heap_size, #{size => 3000, kill => true, error_logger => false}}]),
    receive {'EXIT', Pid2, R2} -> erlang:display({trapping, R2}) after 10000 -> erlang:display(timeout) end.
