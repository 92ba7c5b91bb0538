%% Throws and errors through four frames.
-module(exceptions).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(40, 20000),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> loop(N, 0).

loop(0, Sum) -> Sum;
loop(N, Sum) ->
    V = try down(N, 4) catch throw:T -> T; error:{bad, E} -> -E end,
    loop(N - 1, (Sum + V) band 16#FFFF).

down(N, 0) when N band 1 =:= 0 -> throw(N);
down(N, 0) -> error({bad, N});
down(N, D) -> 1 + down(N, D - 1).
