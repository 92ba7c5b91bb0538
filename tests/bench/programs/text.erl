%% Numbers become text: integer_to_list, I/O lists and binaries.
-module(text).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(30, 5000),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> byte_size(iolist_to_binary(lines(N))).

lines(0) -> [];
lines(N) -> [["line ", integer_to_list(N), $:, <<" value=">>, integer_to_binary(N * 37), ", "], $\n | lines(N - 1)].
