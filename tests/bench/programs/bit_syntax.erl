%% Packet heads of fields that are no bytes, built and matched.
-module(bit_syntax).
-export([start/0, work/1, id/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(20, 20000),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> loop(N, 0).

loop(0, Sum) -> Sum;
loop(N, Sum) ->
    <<4:4, L:4, Id:13, Flags:3, Port:16/little, Rest/bits>> =
        ?MODULE:id(<<4:4, 5:4, N:13, 3:3, (N + 1):16/little, N:7, 1:1>>),
    loop(N - 1, (Sum + L + Id + Flags + Port + bit_size(Rest)) band 16#FFFF).

id(B) -> B.
