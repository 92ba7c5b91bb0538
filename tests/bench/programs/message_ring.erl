%% A message goes round a ring of processes.
-module(message_ring).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(1000, 49),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) ->
    Self = self(),
    First = ring(50, Self),
    First ! {hop, N},
    receive {done, 0} -> First ! stop end,
    receive stop -> ok end.

ring(0, Next) -> Next;
ring(N, Next) -> ring(N - 1, spawn(fun() -> member(Next) end)).

member(Next) ->
    receive
        {hop, 0} -> Next ! {done, 0}, member(Next);
        {hop, N} -> Next ! {hop, N - 1}, member(Next);
        {done, N} -> Next ! {done, N}, member(Next);
        stop -> Next ! stop
    end.
