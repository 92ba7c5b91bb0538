%% Messages are taken by pattern, in order, and others stay.
-module(receive_selective).
-export([start/0, id/1]).

start() ->
    run(1, 5).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) ->
    begin [self() ! M || M <- [a, {b, 1}, c, {b, 2}, 3]], [take_b(), take_b(), take(), take(), take(), take()] end;
t(2) -> begin [self() ! M || M <- [1, 2, 3, 4, 5, 6]], {evens([]), odds([])} end;
t(3) -> begin self() ! later, self() ! now, receive now -> now end end;
t(4) -> begin receive later -> later after 0 -> lost end end;
t(5) -> begin self() ! {x, 1}, receive {x, N} when N > 1 -> wrong after 0 -> take() end end.

take_b() -> receive {b, N} -> {b, N} after 0 -> none end.

take() -> receive M -> M after 0 -> none end.

evens(L) -> receive N when N rem 2 =:= 0 -> evens([N | L]) after 0 -> L end.

odds(L) -> receive N when N rem 2 =:= 1 -> odds([N | L]) after 0 -> L end.
