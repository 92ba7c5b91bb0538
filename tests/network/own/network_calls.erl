%% The module `network` on the desktop, whose link is the host's own: it is up as soon as it is started.
-module(network_calls).
-export([start/0]).

start() ->
    wrong(),
    not_started(),
    life(),
    callbacks(),
    waits(),
    managed(),
    linked(),
    again(100),
    show(processes, whereis(network)),
    ok.

wrong() ->
    [
        show(Config, network:start(Config))
     || Config <- [
            [{sta, [{sid, "x"}]}],
            [{sta, [{dhcp_hostnam, "x"}]}],
            [{sta, [{completely_different, 1}]}],
            [{sta, [nonsense]}],
            [{ap, [{ap_chanel, 1}]}],
            [{sntp, [{hots, "x"}]}],
            [{mdns, [{host_name, "x"}]}],
            [{stan, []}],
            [{sta, [{ssid, 5}]}],
            [{sta, [{got_ip, yes}]}],
            [{sta, [{address, "1.2.3.4"}]}],
            [{sta, [{dns, [{1, 2, 3, 4}, {1, 2, 3, 4}, {1, 2, 3, 4}, {1, 2, 3, 4}]}]}],
            [{sta, [5]}],
            [5],
            sta,
            [{sta, yes}]
        ]
    ].

not_started() ->
    show(stop, [network:stop(), network:stop()]),
    show(calls, [network:sta_connect(), network:sta_disconnect(), network:sta_status(), network:wifi_scan()]).

life() ->
    {ok, Pid} = network:start([{sta, []}]),
    show(registered, whereis(network) =:= Pid),
    show(again, network:start([{sta, []}]) =:= {error, {already_started, Pid}}),
    show(again, network:start_link([{sta, []}]) =:= {error, {already_started, Pid}}),
    {ok, {Address, Netmask, Gateway}} = network:wait_for_sta(5000),
    show(address, [inet:is_ipv4_address(Part) || Part <- [Address, Netmask, Gateway]]),
    show(status, network:sta_status()),
    show(not_configured, network:wait_for_ap(100)),
    show(rssi, network:sta_rssi()),
    show(unknown, network:sta_connect([{sid, "x"}])),
    Monitor = monitor(process, Pid),
    show(stop, network:stop()),
    receive
        {'DOWN', Monitor, _, _, Reason} -> show(ended, Reason)
    end,
    show(status, network:sta_status()).

callbacks() ->
    Me = self(),
    {ok, _} = network:start([
        {sta, [
            {connected, fun() -> Me ! {told, connected} end},
            {got_ip, fun({_, _, _}) -> Me ! {told, got_ip} end},
            {disconnected, fun(Reason) -> Me ! {told, {disconnected, Reason}} end}
        ]}
    ]),
    told(connected),
    told(got_ip),
    show(leave, network:sta_disconnect()),
    told({disconnected, asked}),
    show(join, network:sta_connect()),
    told(got_ip),
    network:stop(),
    %% By messages.
    {ok, _} = network:start([{sta, [{connected, Me}, {got_ip, Me}, {disconnected, Me}]}]),
    receive
        connected -> show(message, connected)
    after 5000 -> show(message, nothing)
    end,
    receive
        {got_ip, {_, _, _}} -> show(message, got_ip)
    after 5000 -> show(message, nothing)
    end,
    ok = network:sta_disconnect(),
    receive
        {disconnected, Why} -> show(message, {disconnected, Why})
    after 5000 -> show(message, nothing)
    end,
    network:stop().

told(What) ->
    receive
        {told, What} -> show(told, What)
    after 5000 -> show(nothing, What)
    end.

waits() ->
    {ok, {_, _, _}} = network:wait_for_sta(),
    {ok, {_, _, _}} = network:wait_for_sta([], 1000),
    ok = network:sta_disconnect(),
    show(timeout, network:wait_for_sta(50)),
    show(started, is_pid(whereis(network))),
    ok = network:sta_connect(),
    {Answer, _} = network:wait_for_sta(5000),
    show(answer, Answer),
    network:stop().

%% Nothing is joined before the program says so.
managed() ->
    {ok, _} = network:start([{sta, [managed, {ssid, "first"}]}]),
    show(status, network:sta_status()),
    show(timeout, network:wait_for_sta(100)),
    show(connect, network:sta_connect([{ssid, "x"}])),
    {Answer, _} = network:wait_for_sta(5000),
    show(answer, Answer),
    network:stop().

%% Who starts it linked takes it along.
linked() ->
    Me = self(),
    spawn(fun() ->
        {ok, Pid} = network:start_link([{sta, []}]),
        Me ! {pid, Pid},
        exit(gone)
    end),
    receive
        {pid, Pid} ->
            Monitor = monitor(process, Pid),
            receive
                {'DOWN', Monitor, _, _, _} -> ok
            end
    end,
    show(status, network:sta_status()),
    {ok, _} = network:start([{sta, []}]),
    show(stop, network:stop()).

again(0) -> show(again, done);
again(Left) ->
    {ok, _} = network:start([{sta, []}]),
    case Left rem 3 of
        0 -> ok;
        _ -> {ok, _} = network:wait_for_sta(5000)
    end,
    ok = network:stop(),
    again(Left - 1).

show(What, Value) ->
    erlang:display({What, Value}).
