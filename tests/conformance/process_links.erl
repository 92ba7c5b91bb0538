%% Exits travel over links; trapped ones become messages.
-module(process_links).
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

t(1) -> begin process_flag(trap_exit, true) end;
t(2) -> linked(fun() -> ok end);
t(3) -> linked(fun() -> exit(a) end);
t(4) -> linked(fun() -> exit(kill) end);
t(5) -> linked(fun() -> exit(self(), kill), receive after infinity -> x end end);
t(6) -> linked(fun() -> spawn_link(fun() -> exit(deep) end), receive after infinity -> x end end);
t(7) ->
    linked(fun() -> P = spawn_link(fun() -> receive go -> ok end end), unlink(P), exit(P, away), exit(fine) end);
t(8) -> begin exit(self(), normal), receive {'EXIT', P, R} -> {P =:= self(), R} after 1000 -> none end end;
t(9) -> begin exit(self(), hello), receive {'EXIT', P, R} -> {P =:= self(), R} after 1000 -> none end end;
t(10) -> process_flag(trap_exit, false).

linked(F) ->
    Pid = spawn_link(F),
    receive {'EXIT', Pid, Why} -> Why after 5000 -> none end.
