%% A binary that grows at its end.
-module(scaling_binaries).
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

base() -> 1000000.

work(N) -> N = byte_size(grow(N, <<>>)).

grow(0, B) -> B;
grow(N, B) -> grow(N - 1, <<B/binary, 0>>).
