%% A Pico without a radio that has the firmware of the Pico W: each attempt fails, and the program goes on meanwhile.
-module(alone).
-export([start/0]).

start() ->
    {ok, _} = network:start([{sta, [{ssid, "nobody"}, {psk, "password"}, {disconnected, self()}]}]),
    connecting = network:sta_status(),
    {error, enotconn} = network:sta_rssi(),
    Beats = lost(0),
    erlang:display({failed, Beats > 10}),
    %% No program has the radio's pins, nor is there an address.
    [error = gpio:set_pin_mode(Pin, output) || Pin <- [23, 24, 25, 29]],
    {'EXIT', {badarg, _}} = (catch esp:get_mac(wifi_sta)),
    ok = gpio:set_pin_mode(22, output),
    %% It tries again by itself.
    _ = lost(0),
    erlang:display(again),
    {ok, {0, []}} = network:wifi_scan(),
    {error, timeout} = network:wait_for_sta(100),
    ok = network:stop(),
    inactive = stopped(100),
    %% Being a network fails likewise, and what the chip's driver has no setting for is refused at once.
    {error, enotsup} = network:start([{ap, [{ssid, "mine"}, {ssid_hidden, true}]}]),
    {error, timeout} = network:wait_for_ap([{ssid, "mine"}, {psk, "password"}], 1000),
    ok = network:stop().

%% Until the attempt has failed; how often the program had a turn.
lost(Beats) ->
    receive
        {disconnected, failed} -> Beats
    after 10 -> lost(Beats + 1)
    end.

stopped(0) ->
    never;
stopped(Times) ->
    case network:sta_status() of
        inactive -> inactive;
        _ -> receive after 20 -> stopped(Times - 1) end
    end.
