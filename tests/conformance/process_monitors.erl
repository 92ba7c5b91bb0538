%% Monitors of the dead, of names, and demonitoring.
-module(process_monitors).
-export([start/0, id/1]).

start() ->
    run(1, 9).

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
    begin P = spawn(fun() -> ok end), R = monitor(process, P), receive {'DOWN', R, process, P, _} -> down end end;
t(2) -> begin P = dead(), R = monitor(process, P), receive {'DOWN', R, process, P, W} -> W end end;
t(3) ->
    begin R = monitor(process, id(no_such_name)), receive {'DOWN', R, process, {N, _}, W} -> {N, W} end end;
t(4) -> begin R = monitor(process, dead()), demonitor(R, [flush]), receive M -> M after 20 -> none end end;
t(5) ->
    begin P = waiting(), R = monitor(process, P), X = demonitor(R, [info]), exit(P, kill), {X, receive {'DOWN', R, _, _, _} -> down after 20 -> none end} end;
t(6) ->
    begin P = waiting(), [A, B] = [monitor(process, P) || _ <- [1, 2]], exit(P, stop), [receive {'DOWN', R, _, _, W} -> W end || R <- [A, B]] end;
t(7) -> monitor(process, id(1));
t(8) -> demonitor(id(a));
t(9) -> demonitor(make_ref()).

dead() ->
    {P, R} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', R, process, P, normal} -> P end.

waiting() -> spawn(fun() -> receive after infinity -> ok end end).
