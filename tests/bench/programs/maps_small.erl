%% Maps of eight keys: matched, updated, grown.
-module(maps_small).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(20, 50000),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> loop(N, #{a => 0, b => 1, c => 2, d => 3, e => 4, f => 5, g => 6, h => 7}, 0).

loop(0, M, Sum) -> {M, Sum};
loop(N, #{a := A, h := H} = M, Sum) ->
    loop(N - 1, M#{a := A + 1, h := A}, (Sum + H + map_size(M#{i => N})) band 16#FFFF).
