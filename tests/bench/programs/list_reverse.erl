%% A list is built, reversed by hand and by the BIF.
-module(list_reverse).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(100, 10000),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> L = seq(N, []), N = length(reverse(L, [])), lists:reverse(L).

seq(0, L) -> L;
seq(N, L) -> seq(N - 1, [N | L]).

reverse([], R) -> R;
reverse([H | T], R) -> reverse(T, [H | R]).
