%% A million processes at a time: each waits, answers, and ends.
-module(million).
-export([start/0]).

start() ->
    Count = 1000000,
    Limit = erlang:system_info(process_limit),
    true = Limit > Count,
    Pids = make(Count, []),
    true = erlang:system_info(process_count) > Count,
    [Pid ! {self(), Pid} || Pid <- Pids],
    [receive {answer, Pid} -> ok end || Pid <- Pids],
    Refs = [monitor(process, Pid) || Pid <- Pids],
    [exit(Pid, kill) || Pid <- Pids],
    [receive {'DOWN', Ref, process, _, killed} -> ok end || Ref <- Refs],
    erlang:display({processes, erlang:system_info(process_count) =< 2}),
    ok.

make(0, Pids) -> Pids;
make(N, Pids) -> make(N - 1, [spawn(fun wait/0) | Pids]).

wait() -> receive {From, X} -> From ! {answer, X}, wait() end.
