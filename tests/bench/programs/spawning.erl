%% Processes are started, answer once and end.
-module(spawning).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(10, 5000),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> loop(N, self()).

loop(0, _) -> ok;
loop(N, Self) ->
    Pid = spawn(fun() -> Self ! {self(), N} end),
    receive {Pid, N} -> loop(N - 1, Self) end.
