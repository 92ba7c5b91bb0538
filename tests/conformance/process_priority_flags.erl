%% process_flag and process_info of a process itself.
-module(process_priority_flags).
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

t(1) -> process_flag(trap_exit, id(true));
t(2) -> process_flag(trap_exit, id(false));
t(3) -> process_flag(priority, id(high));
t(4) -> process_flag(priority, id(normal));
t(5) -> process_flag(id(nonsense), 1);
t(6) -> process_flag(trap_exit, id(1));
t(7) -> process_info(self(), id(message_queue_len));
t(8) -> begin self() ! a, process_info(self(), id(messages)) end;
t(9) -> process_info(self(), id(trap_exit)).
