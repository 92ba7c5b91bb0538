%% Many processes with timeouts: they end in the order of their times; messages and cancelled timers between.
-module(proc_timeouts_many).
-export([start/0]).

start() ->
    Me = self(),
    [spawn(fun() -> receive after T -> Me ! {done, T} end end) || T <- [40, 10, 70, 20, 0, 55, 30]],
    erlang:display([receive {done, T} -> T end || _ <- [1, 2, 3, 4, 5, 6, 7]]),
    Pids = [spawn(fun() -> receive stop -> Me ! {stopped, N} after 100000 -> Me ! late end end) || N <- numbers(500)],
    [P ! stop || P <- Pids],
    erlang:display(sum([receive {stopped, N} -> N end || _ <- Pids])),
    Short = [spawn(fun() -> receive stop -> ok after N rem 5 -> Me ! {timeout, N} end end) || N <- numbers(500)],
    erlang:display(sum([receive {timeout, N} -> N end || _ <- Short])),
    %% Again and again in one process.
    erlang:display(again(50, 0)),
    %% A message that does not match wakes, and the time goes on.
    P = spawn(fun() -> S = erlang:monotonic_time(millisecond), receive never -> ok after 40 -> Me ! {took, erlang:monotonic_time(millisecond) - S} end end),
    [begin P ! noise, receive after 3 -> ok end end || _ <- numbers(8)],
    erlang:display(receive {took, T} -> {T >= 40, T < 1000} end),
    ok.

again(0, Sum) -> Sum;
again(N, Sum) -> receive X -> again(N - 1, Sum + X) after 1 -> self() ! N, receive N -> again(N - 1, Sum + N) end end.

sum([]) -> 0;
sum([H | T]) -> H + sum(T).

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
