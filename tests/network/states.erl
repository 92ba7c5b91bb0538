%% `network` is asked for everything in every state; each answer is defined, and is printed.
-module(states).
-export([start/0]).

start() ->
    show(not_started),
    %% Without a wire there is no address: the link is stopped while it looks for one.
    {ok, _} = network:start([{sta, [{disconnected, self()}]}]),
    {error, timeout} = network:wait_for_sta(300),
    show(no_link),
    ok = network:stop(),
    show(stopped),
    %% An address of its own needs nobody.
    {error, {unknown_option, gatway, gateway}} = network:start([{sta, [{gatway, {10, 0, 2, 2}}]}]),
    {error, {bad_option, {address, {10, 0, 2}}}} = network:start([{sta, [{address, {10, 0, 2}}]}]),
    erlang:display(plug),
    receive after 1500 -> ok end,
    {ok, _} = network:start([{sta, [
        {address, {10, 0, 2, 77}}, {netmask, {255, 255, 255, 0}}, {gateway, {10, 0, 2, 2}}, {dns, [{10, 0, 2, 3}]}
    ]}]),
    {ok, {{10, 0, 2, 77}, {255, 255, 255, 0}, {10, 0, 2, 2}}} = network:wait_for_sta(5000),
    show(static),
    ok = network:sta_disconnect(),
    show(disconnected),
    ok = network:sta_connect(),
    {ok, _} = network:wait_for_sta(5000),
    show(again),
    ok = network:stop(),
    %% Who started it dies.
    {Pid, Monitor} = spawn_monitor(fun() -> {ok, _} = network:start_link([{sta, []}]), exit(oops) end),
    receive {'DOWN', Monitor, process, Pid, oops} -> ok end,
    wait_until_stopped(50),
    show(starter_died),
    ok.

wait_until_stopped(Left) when Left > 0 ->
    case network:sta_status() of
        inactive -> ok;
        _ -> receive after 20 -> wait_until_stopped(Left - 1) end
    end.

show(State) ->
    erlang:display({State, network:sta_status(), catch network:sta_rssi(), network:sta_connect([]) =:= ok}).
