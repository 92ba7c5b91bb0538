%% The reasons that a monitor tells.
-module(process_exit_reasons).
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

t(1) -> down(fun() -> ok end);
t(2) -> down(fun() -> exit(normal) end);
t(3) -> down(fun() -> exit(id({a, [1]})) end);
t(4) -> down(fun() -> exit(kill) end);
t(5) -> case down(fun() -> error(id(oops)) end) of {oops, [_ | _]} -> ok end;
t(6) -> case down(fun() -> throw(id(ball)) end) of {{nocatch, ball}, [_ | _]} -> ok end;
t(7) -> case down(fun() -> id(1) / id(0) end) of {badarith, [_ | _]} -> ok end;
t(8) -> down(fun() -> exit(self(), kill), receive after infinity -> x end end);
t(9) -> down(fun() -> exit(self(), why), receive after infinity -> x end end).

down(F) ->
    {Pid, Ref} = spawn_monitor(F),
    receive {'DOWN', Ref, process, Pid, Why} -> Why end.
