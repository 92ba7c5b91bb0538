%% after with 0, short times, infinity, and what is no time.
-module(receive_timeout).
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

t(1) -> receive a -> a after 0 -> none end;
t(2) -> receive a -> a after id(1) -> none end;
t(3) -> receive after id(2) -> slept end;
t(4) -> begin self() ! a, receive a -> a after infinity -> never end end;
t(5) -> begin self() ! a, receive a -> a after id(0) -> none end end;
t(6) -> receive x -> x after id(-1) -> none end;
t(7) -> receive x -> x after id(a) -> none end;
t(8) -> receive x -> x after id(1.5) -> none end;
t(9) -> receive x -> x after id(1 bsl 40) -> none end;
t(10) ->
    begin Start = erlang:monotonic_time(millisecond), receive after 20 -> ok end, erlang:monotonic_time(millisecond) - Start >= 20 end.
