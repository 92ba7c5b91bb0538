%% What a process costs that waits for its first message: {bytes, Each} of 10,000, all counted.
-module(idle).
-export([start/0]).

start() ->
    Count = 10000,
    erlang:garbage_collect(),
    Before = erlang:memory(total),
    Pids = make(Count, []),
    erlang:yield(),
    erlang:yield(),
    erlang:garbage_collect(),
    %% Less the list, of 8 bytes a cell.
    After = erlang:memory(total) - 8 * Count,
    erlang:display({bytes, (After - Before + Count - 1) div Count}),
    [exit(Pid, kill) || Pid <- Pids],
    erlang:garbage_collect(),
    ok.

make(0, Pids) -> Pids;
make(N, Pids) -> make(N - 1, [spawn(fun() -> receive _ -> ok end end) | Pids]).
