%% Integers of 40 bits: small on a desktop, large on a small machine.
-module(integers_40).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(150, 50000),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> loop(N, 16#9E3779B97F).

loop(0, X) -> X;
loop(N, X) -> loop(N - 1, ((X bxor (X bsr 13)) * 5 + N) band 16#FFFFFFFFFF).
