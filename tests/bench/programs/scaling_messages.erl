%% A message to each of many processes that wait, and its answer.
-module(scaling_messages).
-export([start/0, work/1]).

%% Times for one size and twice the size, the better of three runs each.
start() ->
    N = base(),
    erlang:display({microseconds, best(3, N), best(3, 2 * N)}),
    ok.

best(1, N) -> once(N);
best(Runs, N) -> min(once(N), best(Runs - 1, N)).

%% In a process of its own, whose heap starts small.
once(N) ->
    Self = self(),
    Pid = spawn(fun() ->
        process_flag(trap_exit, true),
        Start = erlang:monotonic_time(),
        ?MODULE:work(N),
        Time = erlang:monotonic_time() - Start,
        Self ! {self(), erlang:convert_time_unit(Time, native, microsecond)}
    end),
    receive {Pid, Time} -> Time end.

base() -> 50000.

work(N) ->
    Pids = make(N, []),
    ask(Pids), ask(Pids), ask(Pids),
    each(Pids).

ask([]) -> ok;
ask([Pid | Pids]) -> Pid ! {self(), hello}, receive hello -> ask(Pids) end.

each([]) -> ok;
each([Pid | Pids]) -> Pid ! stop, each(Pids).

make(0, Pids) -> Pids;
make(N, Pids) -> make(N - 1, [spawn(fun wait/0) | Pids]).

wait() -> receive {From, hello} -> From ! hello, wait(); stop -> ok end.
