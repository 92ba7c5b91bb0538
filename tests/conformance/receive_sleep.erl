%% Waiting without patterns, while there are messages already and more come: nobody looks at them.
-module(receive_sleep).
-export([start/0, id/1]).

start() ->
    Self = self(),
    Self ! first,
    sleep(id(20)),
    Sender = spawn(fun() -> sleep(10), Self ! second, sleep(10), Self ! third end),
    sleep(id(60)),
    wait_gone(Sender),
    sleep(id(0)),
    erlang:display(process_info(Self, message_queue_len)),
    %% Until then all are there, in order.
    [receive Message -> erlang:display(Message) after 0 -> erlang:display(none) end || _ <- [1, 2, 3, 4]],
    Forever = spawn(fun() -> receive after infinity -> ok end end),
    Forever ! wake,
    sleep(10),
    erlang:display(is_process_alive(Forever)),
    exit(Forever, kill),
    erlang:display(receive other -> other after 10 -> timeout end),
    Self ! no_match,
    erlang:display(receive other -> other after id(10) -> timeout end),
    ok.

%% On a busy machine it may sleep longer.
wait_gone(P) -> case is_process_alive(P) of true -> sleep(1), wait_gone(P); false -> ok end.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

sleep(Time) -> receive after Time -> ok end.
