%% Names and services of the local network with python-zeroconf at the other end. It goes on to the next step at each
%% connection to port 9.
-module(peers_mdns).
-export([start/0]).

start() ->
    {ok, _} = network:wait_for_sta(15000),
    {ok, Steps} = gen_tcp:listen(9, [binary, {active, false}]),
    ok = mdns:hostname("emberl-board"),
    Service = #{name => "Lamp: board", type => "_emberl-p._tcp", port => 8080, text => #{path => "/y", empty => ""}},
    {ok, Published} = mdns:publish(Service),
    erlang:display(published),
    step(Steps),
    ok = mdns:unpublish(Published),
    {ok, Browser} = mdns:browse("_emberl-q._tcp"),
    erlang:display(browsing),
    #{host := Host} = next(Browser),
    %% It is told again to one who asks later, and the host has an address.
    {ok, [#{host := Host, port := Port}]} = mdns:find("_emberl-q._tcp", 2000),
    erlang:display({again, Port}),
    erlang:display({lookup, mdns:lookup(Host)}),
    next(Browser),
    ok = mdns:stop(Browser),
    {ok, _} = mdns:publish(Service#{name => "Same", type => "_emberl-r._tcp"}),
    erlang:display(same),
    step(Steps),
    %% All that is still told is taken back. The machine is off at the end: what its card has yet to send would go with it.
    ok = network:stop(),
    receive after 1000 -> ok end.

next(Browser) ->
    receive
        {mdns, Browser, {What, Service}} ->
            erlang:display({What, Service}),
            Service
    after 30000 -> exit(nothing_found)
    end.

step(Listener) ->
    {ok, Socket} = gen_tcp:accept(Listener),
    gen_tcp:close(Socket).
