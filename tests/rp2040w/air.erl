%% The radio: into a network, its address, and the strength of what is heard.
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
    ok.

%% It is measured as soon as the radio is in the network.
strength(Times) when Times > 0 ->
    case network:sta_rssi() of
        {ok, Strength} -> Strength;
        {error, enotconn} -> receive after 10 -> strength(Times - 1) end
    end.
