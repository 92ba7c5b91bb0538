%% Bytes are matched out of a binary: a checksum and a count of words.
-module(binary_match).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(200, 2500),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> B = binary:copy(<<"the quick brown fox ">>, N), {sum(B, 0), words(B, 0)}.

sum(<<X, Rest/binary>>, S) -> sum(Rest, (S * 31 + X) band 16#FFFF);
sum(<<>>, S) -> S.

words(<<$\s, Rest/binary>>, N) -> words(Rest, N + 1);
words(<<_, Rest/binary>>, N) -> words(Rest, N);
words(<<>>, N) -> N.
