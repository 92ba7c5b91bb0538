%% Timers are set in no order, read and cancelled in another.
-module(scaling_timers).
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
    Timers = set(N, 1, []),
    [erlang:read_timer(Timer) || Timer <- Timers],
    [erlang:cancel_timer(Timer) || Timer <- Timers],
    ok.

set(0, _, Timers) -> Timers;
set(N, X, Timers) -> set(N - 1, X * 16807 rem 2147483647, [erlang:send_after(1000000 + X rem 1000000, self(), N) | Timers]).
