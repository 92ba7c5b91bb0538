%% pruned: whole
%% Datagrams within the program: by hand and by messages, to one peer, to many; groups.
-module(udp).
-export([start/0]).

start() ->
    {ok, A} = gen_udp:open(0, [binary, {active, false}, {ip, {127, 0, 0, 1}}]),
    {ok, B} = gen_udp:open(0, [list, {active, true}, {ip, {127, 0, 0, 1}}]),
    {ok, PortA} = inet:port(A),
    {ok, PortB} = inet:port(B),
    {ok, {{127, 0, 0, 1}, PortA}} = inet:sockname(A),
    show(timeout, gen_udp:recv(A, 0, 20)),
    show(sent, gen_udp:send(A, {127, 0, 0, 1}, PortB, "to b")),
    show(message, next(B, PortA)),
    show(sent, gen_udp:send(B, "127.0.0.1", PortA, [<<"to">>, " a"])),
    {ok, {{127, 0, 0, 1}, PortB, Data}} = gen_udp:recv(A, 0, 3000),
    show(got, Data),
    show(by_tuple, gen_udp:send(B, {{127, 0, 0, 1}, PortA}, "tuple")),
    show(got, element(3, element(2, gen_udp:recv(A, 0, 3000)))),
    show(by_map, gen_udp:send(B, #{family => inet, addr => {127, 0, 0, 1}, port => PortA}, "map")),
    show(got, element(3, element(2, gen_udp:recv(A, 0, 3000)))),
    %% A datagram that is empty; one that is longer than what is read.
    show(empty, gen_udp:send(B, {127, 0, 0, 1}, PortA, "")),
    show(got, element(3, element(2, gen_udp:recv(A, 0, 3000)))),
    show(wrong_port, gen_udp:send(A, {127, 0, 0, 1}, 0, "x")),
    show(active, gen_udp:recv(B, 0, 10)),
    counted(A, B, PortA, PortB),
    connected(A, PortA),
    show(options, inet:getopts(A, [active, mode, header])),
    show(ttl, [inet:setopts(A, [{ttl, 9}]), inet:getopts(A, [ttl])]),
    show(broadcast, [inet:setopts(A, [{broadcast, true}]), inet:getopts(A, [broadcast])]),
    show(unknown, inet:setopts(A, [{nonsense, 1}])),
    closing(A, B, PortB),
    owner(),
    groups(),
    show(bad_option, (catch gen_udp:open(0, [nonsense]))),
    show(bad_address, gen_udp:open(0, [{ip, {192, 0, 2, 7}}])),
    in_use(),
    ok.

counted(A, B, PortA, PortB) ->
    show(once, inet:setopts(B, [{active, once}, binary])),
    [ok = gen_udp:send(A, {127, 0, 0, 1}, PortB, Text) || Text <- ["1", "2", "3", "4"]],
    show(message, next(B, PortA)),
    show(none, none()),
    show(two, inet:setopts(B, [{active, 2}])),
    show(message, next(B, PortA)),
    show(message, next(B, PortA)),
    show(passive, next(B, PortA)),
    show(by_hand, element(3, element(2, gen_udp:recv(B, 0, 3000)))),
    show(options, inet:getopts(B, [active])).

connected(A, PortA) ->
    {ok, C} = gen_udp:open(0, [binary, {active, false}, {ip, {127, 0, 0, 1}}]),
    {ok, PortC} = inet:port(C),
    show(connected, gen_udp:connect(C, {127, 0, 0, 1}, PortA)),
    show(other_end, inet:peername(C) =:= {ok, {{127, 0, 0, 1}, PortA}}),
    show(sent, gen_udp:send(C, "to the one")),
    show(got, gen_udp:recv(A, 0, 3000) =:= {ok, {{127, 0, 0, 1}, PortC, <<"to the one">>}}),
    gen_udp:close(C).

closing(A, B, PortB) ->
    Me = self(),
    spawn(fun() -> Me ! {recv, gen_udp:recv(A, 0)} end),
    wait(30),
    show(closed, [gen_udp:close(A), gen_udp:close(A)]),
    receive
        {recv, Result} -> show(waited, Result)
    after 3000 -> show(waited, nothing)
    end,
    show(after_it, [
        gen_udp:recv(A, 0), element(1, gen_udp:send(A, {127, 0, 0, 1}, PortB, "x")), inet:port(A), inet:setopts(A, [{active, true}])
    ]),
    gen_udp:close(B).

owner() ->
    {ok, A} = gen_udp:open(0, [{active, true}, {ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(A),
    {ok, B} = gen_udp:open(0, [{ip, {127, 0, 0, 1}}]),
    Me = self(),
    {Pid, Monitor} = spawn_monitor(fun() ->
        receive
            {udp, A, _, _, Data} -> Me ! {child, Data}
        after 3000 -> Me ! {child, nothing}
        end
    end),
    show(given, gen_udp:controlling_process(A, Pid)),
    ok = gen_udp:send(B, {127, 0, 0, 1}, Port, "for the child"),
    receive
        {child, Data} -> show(child, Data)
    end,
    receive
        {'DOWN', Monitor, _, _, _} -> wait(30)
    end,
    %% It was closed with its owner: the port is free.
    {Answer, C} = gen_udp:open(Port, [{ip, {127, 0, 0, 1}}]),
    show(free, Answer),
    gen_udp:close(B),
    gen_udp:close(C).

groups() ->
    Group = {239, 1, 2, 3},
    {ok, A} = gen_udp:open(0, [
        binary, {active, false}, {reuseaddr, true}, {multicast_loop, true}, {multicast_ttl, 1},
        {add_membership, {Group, {127, 0, 0, 1}}}
    ]),
    show(ttl, inet:getopts(A, [multicast_ttl, multicast_loop])),
    show(left, inet:setopts(A, [{drop_membership, {Group, {127, 0, 0, 1}}}])),
    gen_udp:close(A).

in_use() ->
    {ok, A} = gen_udp:open(0, [{ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(A),
    show(in_use, gen_udp:open(Port, [{ip, {127, 0, 0, 1}}])),
    gen_udp:close(A).

next(Socket, Port) ->
    receive
        {udp, Socket, {127, 0, 0, 1}, Port, Data} -> {udp, Data};
        {udp_passive, Socket} -> udp_passive
    after 3000 -> nothing
    end.

none() ->
    receive
        Message -> Message
    after 50 -> none
    end.

wait(Milliseconds) ->
    receive
    after Milliseconds -> ok
    end.

show(What, Value) ->
    erlang:display({What, Value}).
