%% suspend_process and resume_process: counts, options, errors, and the end of either.
-module(proc_suspend).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    P = spawn_link(fun echo/0),
    erlang:display({running, ask(P)}),
    erlang:display({suspend, erlang:suspend_process(P), status(P), ask(P)}),
    erlang:display({messages, process_info(P, message_queue_len)}),
    erlang:display({again, erlang:suspend_process(P), erlang:suspend_process(P, []), counts()}),
    erlang:display({unless, erlang:suspend_process(P, [unless_suspending]), counts()}),
    erlang:display({resume, erlang:resume_process(P), status(P), erlang:resume_process(P), status(P), counts()}),
    erlang:display({last, erlang:resume_process(P), counts()}),
    erlang:display({answers, receive {P, R1} -> R1 after 1000 -> none end, ask(P)}),
    erlang:display({no_more, catch_it(fun() -> erlang:resume_process(P) end)}),
    erlang:display({unless_new, erlang:suspend_process(P, [unless_suspending]), status(P), erlang:suspend_process(P, [unless_suspending]), erlang:resume_process(P)}),
    %% By another one, which ends.
    Me = self(),
    S = spawn(fun() -> erlang:suspend_process(P), Me ! suspended, receive stop -> ok end end),
    receive suspended -> ok end,
    erlang:display({by_other, status(P), ask(P), catch_it(fun() -> erlang:resume_process(P) end)}),
    erlang:suspend_process(P),
    S ! stop,
    receive after 100 -> ok end,
    erlang:display({still, status(P)}),
    erlang:resume_process(P),
    erlang:display({went_on, receive {P, R2} -> R2 after 1000 -> none end, ask(P)}),
    %% A timeout passes meanwhile.
    T = spawn_link(fun() -> receive never -> ok after 200 -> Me ! {self(), timeout} end end),
    receive after 1 -> ok end,
    erlang:suspend_process(T),
    erlang:display({timeout, receive {T, X} -> X after 400 -> none end}),
    erlang:resume_process(T),
    erlang:display({timeout, receive {T, X2} -> X2 after 1000 -> none end}),
    %% One that spins.
    Spin = spawn_link(fun() -> spin(0) end),
    erlang:suspend_process(Spin),
    erlang:display({spin, status(Spin)}),
    erlang:resume_process(Spin),
    exit(Spin, kill),
    erlang:display(receive {'EXIT', Spin, R3} -> R3 end),
    %% Killed while suspended.
    erlang:suspend_process(P),
    exit(P, boom),
    erlang:display({killed, receive {'EXIT', P, R4} -> R4 after 1000 -> none end, counts()}),
    erlang:display({errors, [catch_it(fun() -> erlang:suspend_process(W) end) || W <- [P, self(), a, 1, []]],
                    [catch_it(fun() -> erlang:resume_process(W) end) || W <- [P, self(), a, 1, []]]}),
    Q = spawn_link(fun echo/0),
    erlang:display({options, [catch_it(fun() -> erlang:suspend_process(Q, O) end) || O <- [a, [a], [unless_suspending | x], [{unless_suspending, true}]]]}),
    exit(Q, kill),
    ok.

spin(N) -> spin(N + 1).

status(P) -> {status, S} = process_info(P, status), S.

counts() -> {suspending, L} = process_info(self(), suspending), [{A, O} || {_, A, O} <- L].

ask(P) -> P ! {self(), question}, receive {P, R} -> R after 200 -> none end.

echo() -> receive {From, X} -> From ! {self(), X} end, echo().

catch_it(Fun) -> try Fun() catch C:R -> {C, R} end.
