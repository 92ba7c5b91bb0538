%% The radio: into a network, its address and strength, what else is heard, out again, reasons, and being a network.
-module(air).
-export([start/0]).

-define(ADDRESS, {10, 1, 2, 3}).
-define(HOST, {10, 1, 2, 1}).

start() ->
    {ok, _} = network:start([
        {sta, [
            {ssid, "home"}, {psk, "password"}, {address, ?ADDRESS}, {gateway, ?HOST},
            {connected, self()}, {disconnected, self()}
        ]}
    ]),
    {ok, {?ADDRESS, {255, 255, 255, 0}, ?HOST}} = network:wait_for_sta(),
    receive connected -> ok end,
    erlang:display({address, esp:get_mac(wifi_sta)}),
    -41 = strength(100),
    {ok, {2, Networks}} = network:wifi_scan(),
    [#{channel := 6, rssi := -41, authmode := unknown}] = [Network || #{ssid := <<"home">>} = Network <- Networks],
    [#{channel := 11, rssi := -70, authmode := open}] = [Network || #{ssid := <<"cafe">>} = Network <- Networks],
    erlang:display(scanned),
    ok = network:sta_disconnect(),
    receive {disconnected, asked} -> ok end,
    {error, enotconn} = network:sta_rssi(),
    refused("nowhere", "password", not_found),
    refused("home", "wrong password", refused),
    refused("home", "short", refused),
    ok = network:sta_connect([{ssid, "cafe"}, {psk, ""}]),
    receive connected -> ok end,
    ok = network:stop(),
    stopped(),
    ok = network:wait_for_ap([{ssid, "mine"}, {psk, "password"}, {ap_channel, 3}], 10000),
    ok = network:stop().

%% It is measured as soon as the radio is in the network.
strength(Times) when Times > 0 ->
    case network:sta_rssi() of
        {ok, Strength} -> Strength;
        {error, enotconn} -> receive after 10 -> strength(Times - 1) end
    end.

refused(Name, Password, Reason) ->
    ok = network:sta_connect([{ssid, Name}, {psk, Password}]),
    receive {disconnected, Reason} -> erlang:display(Reason) end,
    ok = network:sta_disconnect(),
    receive {disconnected, asked} -> ok end.

stopped() ->
    case network:sta_status() of
        inactive -> ok;
        _ -> receive after 20 -> stopped() end
    end.
