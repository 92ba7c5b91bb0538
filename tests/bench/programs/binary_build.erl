%% A binary grows at its end, a byte and a word at a time.
-module(binary_build).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(20, 20000),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> byte_size(words(N, bytes(N, <<>>))).

bytes(0, B) -> B;
bytes(N, B) -> bytes(N - 1, <<B/binary, N>>).

words(0, B) -> B;
words(N, B) -> words(N - 1, <<B/binary, N:32/little>>).
