%% send_after, start_timer, cancel_timer and read_timer.
-module(process_timers).
-export([start/0, id/1]).

start() ->
    run(1, 10).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> begin erlang:send_after(1, self(), id(ping)), receive M -> M after 5000 -> none end end;
t(2) ->
    begin T = erlang:start_timer(1, self(), id(x)), receive {timeout, T, M} -> M after 5000 -> none end end;
t(3) -> begin T = erlang:send_after(60000, self(), never), is_integer(erlang:cancel_timer(T)) end;
t(4) -> begin T = erlang:send_after(0, self(), soon), receive soon -> erlang:cancel_timer(T) end end;
t(5) -> erlang:cancel_timer(make_ref());
t(6) -> erlang:read_timer(make_ref());
t(7) ->
    begin T = erlang:send_after(60000, self(), x), R = erlang:read_timer(T), erlang:cancel_timer(T), R > 50000 end;
t(8) ->
    begin [erlang:send_after(D, self(), D) || D <- [60, 1, 30]], [receive N -> N end || _ <- [1, 2, 3]] end;
t(9) -> erlang:send_after(id(-1), self(), x);
t(10) -> erlang:send_after(id(a), self(), x).
