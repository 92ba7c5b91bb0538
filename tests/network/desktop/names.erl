%% releases: 25
%% pruned: whole
%% Names of hosts, as the machine's own resolver knows them: the other releases run where there is none.
-module(names).
-export([start/0]).

start() ->
    show(nobody, gen_tcp:connect("no.such.name.invalid", 1, [], 10000)),
    show(localhost, inet:getaddrs("localhost", inet)),
    show(atom, inet:getaddr(localhost, inet)),
    show(address, inet:getaddr({1, 2, 3, 4}, inet)),
    show(text, inet:getaddr("1.2.3.4", inet)),
    show(six, inet:getaddr("::1", inet6)),
    show(other_family, [inet:getaddr("::1", inet), inet:getaddr("1.2.3.4", inet6), inet:getaddr({1, 2, 3, 4}, inet6)]),
    show(empty, inet:getaddr("", inet)),
    show(binary, inet:getaddr(<<"localhost">>, inet)),
    show(host, inet:gethostbyname("localhost")),
    show(no_host, inet:gethostbyname({127, 0, 0, 1})),
    {ok, L} = gen_tcp:listen(0, [binary, {active, false}, {ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(L),
    {ok, C} = gen_tcp:connect("localhost", Port, [binary, {active, false}]),
    {ok, S} = gen_tcp:accept(L),
    ok = gen_tcp:send(S, "by name"),
    show(recv, gen_tcp:recv(C, 0)),
    {ok, U} = gen_udp:open(0, [binary, {active, false}, {ip, {127, 0, 0, 1}}]),
    {ok, UdpPort} = inet:port(U),
    ok = gen_udp:send(U, "localhost", UdpPort, "datagram"),
    {ok, {_, _, Data}} = gen_udp:recv(U, 0, 3000),
    show(recv, Data),
    ok.

show(What, Value) ->
    erlang:display({What, Value}).
