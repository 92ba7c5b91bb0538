%% A map of many keys: put, get, remove.
-module(maps_large).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(5, 10000),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> M = put_all(N, #{}), N = count(N, M, 0), remove_all(N, M).

put_all(0, M) -> M;
put_all(N, M) -> put_all(N - 1, M#{N * 7 => N}).

count(0, _, C) -> C;
count(N, M, C) -> N = map_get(N * 7, M), count(N - 1, M, C + 1).

remove_all(0, M) -> M;
remove_all(N, M) -> remove_all(N - 1, maps:remove(N * 7, M)).
