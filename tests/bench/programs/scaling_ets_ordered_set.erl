%% A table of type ordered_set that grows object by object, is looked through and shrinks.
-module(scaling_ets_ordered_set).
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
        Start = erlang:monotonic_time(),
        ?MODULE:work(N),
        Time = erlang:monotonic_time() - Start,
        Self ! {self(), erlang:convert_time_unit(Time, native, microsecond)}
    end),
    receive {Pid, Time} -> Time end.

base() -> 100000.

work(N) ->
    T = ets:new(t, [ordered_set]),
    fill(T, N),
    N = walk(T, ets:first(T), 0),
    [{7, 7}] = ets:lookup(T, 7),
    empty(T, N),
    '$end_of_table' = ets:first(T),
    ets:delete(T).

fill(_, 0) -> ok;
fill(T, N) -> ets:insert(T, {N, N}), fill(T, N - 1).

walk(_, '$end_of_table', Count) -> Count;
walk(T, K, Count) -> ets:update_counter(T, K, 0), walk(T, ets:next(T, K), Count + 1).

empty(_, 0) -> ok;
empty(T, N) -> ets:delete(T, N), empty(T, N - 1).
