%% Records and larger tuples are updated.
-module(records).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(30, 50000),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

-record(point, {x = 0, y = 0, z = 0, name = none}).

work(N) -> loop(N, #point{name = start}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}).

loop(0, P, T) -> {P, T};
loop(N, #point{x = X, y = Y} = P, T) ->
    I = N rem 10 + 1,
    loop(N - 1, P#point{x = Y + 1, y = X, z = N}, setelement(I, T, element(I, T) + 1)).
