%% receive with every kind of timeout, and what is in the mailbox when it is reached.
-module(proc_receive_timeouts).
-export([start/0]).

start() ->
    [erlang:display({T, try wait(T) catch C:R -> {C, R} end}) || T <- [0, 1, 5, -1, a, 1.0, 16#100000000, 16#ffffffffffffffff, [], "1"]],
    [erlang:display({with_message, T, begin self() ! m, try receive m -> got after T -> late end catch C:R -> {C, R, receive m -> left after 0 -> none end} end end})
     || T <- [0, 1, infinity, -1, a, 16#ffffffff, 16#100000000]],
    [erlang:display({with_other, T, begin self() ! o, R = (try receive m -> got after T -> late end catch C:E -> {C, E} end), receive o -> {R, other} after 0 -> R end end}) || T <- [0, 1, 3]],
    %% Messages that do not match do not make it longer.
    Me = self(),
    Noise = spawn(fun() -> noise(Me) end),
    Start = erlang:monotonic_time(millisecond),
    receive never -> ok after 60 -> ok end,
    Took = erlang:monotonic_time(millisecond) - Start,
    exit(Noise, kill),
    erlang:display({noisy, Took >= 60, Took < 1000}),
    flush(),
    %% A message just in time.
    spawn(fun() -> receive after 5 -> Me ! in_time end end),
    erlang:display(receive in_time -> in_time after 5000 -> late end),
    %% One waits for ever, and is woken.
    P = spawn(fun() -> receive after infinity -> never end end),
    P ! hello,
    receive after 3 -> ok end,
    erlang:display({infinite, process_info(P, [status, message_queue_len])}),
    exit(P, kill),
    erlang:display(nested(3)),
    [erlang:display({in_order, begin [self() ! X || X <- L], [receive X -> X after 0 -> none end || X <- W] end, flush()})
     || {L, W} <- [{[1, 2, 3], [1, 2, 3]}, {[1, 2, 3], [3, 2, 1]}, {[1, 2, 3], [2]}, {[1, 1, 1], [1]}, {[], [1]}, {[1, 2, 3, 4, 5], [4, 9, 1]}]],
    ok.

wait(T) -> receive never -> never after T -> timeout end.

noise(Me) -> Me ! noise, receive after 1 -> ok end, noise(Me).

nested(0) -> receive never -> ok after 0 -> [done] end;
nested(N) -> receive never -> ok after 1 -> [N | nested(N - 1)] end.

flush() -> receive X -> [X | flush()] after 0 -> [] end.
