%% Calls with a monitor: reply, or death before it.
-module(receive_monitored).
-export([start/0, id/1]).

start() ->
    run(1, 3).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> call(fun(From, Ref) -> From ! {Ref, ok} end);
t(2) -> call(fun(_, _) -> exit(bye) end);
t(3) -> call(fun(_, _) -> ok end).

call(F) ->
    Self = self(),
    Ref = make_ref(),
    {Pid, Monitor} = spawn_monitor(fun() -> F(Self, Ref) end),
    receive
        {Ref, V} -> receive {'DOWN', Monitor, process, Pid, Why} -> {V, Why} end;
        {'DOWN', Monitor, process, Pid, Why} -> {down, Why}
    end.
