%% A loop with three registers.
-module(tail_loop).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(100, 200000),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> loop(N, 0, 1).

loop(0, A, _) -> A;
loop(N, A, B) -> loop(N - 1, (A + B) band 16#FFFF, A bxor N).
