%% spawn with a fun and with a function, links, options and wrong arguments.
-module(process_spawn_forms).
-export([start/0, id/1, reply/2]).

start() ->
    run(1, 11).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> begin spawn(?MODULE, reply, [self(), 1]), receive M -> M after 5000 -> none end end;
t(2) -> begin spawn_link(?MODULE, reply, [self(), 2]), receive M -> M after 5000 -> none end end;
t(3) -> begin spawn_opt(?MODULE, reply, [self(), 3], [link]), receive M -> M after 5000 -> none end end;
t(4) ->
    begin {_, R} = spawn_opt(fun() -> exit(x) end, [monitor]), receive {'DOWN', R, _, _, W} -> W end end;
t(5) -> begin {_, R} = spawn_monitor(?MODULE, id, [1]), receive {'DOWN', R, _, _, W} -> W end end;
t(6) -> spawn(id(a));
t(7) -> spawn(id(1), f, []);
t(8) -> spawn(?MODULE, f, id(a));
t(9) -> is_process_alive(self());
t(10) ->
    begin {P, R} = spawn_monitor(fun() -> ok end), receive {'DOWN', R, _, _, _} -> is_process_alive(P) end end;
t(11) -> exit(id(a), kill).

reply(To, V) -> To ! {reply, V}.
