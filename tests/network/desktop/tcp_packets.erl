%% Packets with headers, lines and HTTP: sent in odd parts, read whole; and those that are too long.
-module(tcp_packets).
-export([start/0]).

start() ->
    [packets(Type) || Type <- [1, 2, 4]],
    too_long(),
    lines(),
    http(),
    http_by_message(),
    ok.

packets(Type) ->
    {C, S} = pair([binary, {packet, Type}, {active, false}], [binary, {packet, raw}, {active, false}]),
    %% What is sent has a header.
    ok = gen_tcp:send(C, "hello"),
    {ok, Bytes} = gen_tcp:recv(S, Type + 5),
    show({Type, sent}, Bytes),
    ok = gen_tcp:send(C, ""),
    show({Type, empty}, gen_tcp:recv(S, 0)),
    %% What is read is without.
    Packet = <<3:Type/unit:8, "abc">>,
    <<Part:Type/binary, Rest/binary>> = <<Packet/binary, Packet/binary>>,
    ok = gen_tcp:send(S, Part),
    show({Type, not_whole}, gen_tcp:recv(C, 0, 20)),
    ok = gen_tcp:send(S, Rest),
    show({Type, whole}, [gen_tcp:recv(C, 0), gen_tcp:recv(C, 0)]),
    gen_tcp:close(S),
    gen_tcp:close(C),
    {C1, S1} = pair([binary, {packet, Type}, {active, once}], [binary, {packet, raw}, {active, false}]),
    ok = gen_tcp:send(S1, [<<1:Type/unit:8, "x">>, <<0:Type/unit:8>>, <<2:Type/unit:8, "yz">>]),
    show({Type, once}, next(C1)),
    show({Type, second}, gen_tcp:recv(C1, 0)),
    ok = inet:setopts(C1, [{active, true}]),
    show({Type, third}, next(C1)),
    gen_tcp:close(S1),
    show({Type, ended}, next(C1)).

too_long() ->
    {C1, S1} = pair([binary, {packet, 2}, {packet_size, 10}, {active, false}], [{active, false}]),
    ok = gen_tcp:send(S1, <<10:16, "0123456789", 11:16, "0123456789a">>),
    show(fits, gen_tcp:recv(C1, 0)),
    show(too_long, gen_tcp:recv(C1, 0)),
    gen_tcp:close(C1),
    gen_tcp:close(S1).

lines() ->
    {C, S} = pair([list, {packet, line}, {active, false}], [binary, {active, false}]),
    ok = gen_tcp:send(S, "first\r\nsecond\n\nthi"),
    [show(line, gen_tcp:recv(C, 0)) || _ <- [1, 2, 3]],
    show(not_whole, gen_tcp:recv(C, 0, 30)),
    ok = gen_tcp:send(S, "rd\nrest"),
    show(line, gen_tcp:recv(C, 0)),
    %% What was read beyond it is not lost.
    ok = inet:setopts(C, [{packet, raw}]),
    show(raw, gen_tcp:recv(C, 4)),
    ok = inet:setopts(C, [{packet, line}, {line_delimiter, $;}]),
    ok = gen_tcp:send(S, "a;b;"),
    show(delimited, [gen_tcp:recv(C, 0), gen_tcp:recv(C, 0)]),
    gen_tcp:close(S),
    show(closed, gen_tcp:recv(C, 0)).

http() ->
    {C, S} = pair([list, {active, false}], [binary, {packet, http_bin}, {active, false}]),
    ok = gen_tcp:send(C, "GET /path?x=1 HTTP/1.1\r\nhost: here\r\nX-Own-name:  it \r\nContent-Length: 4\r\n\r\nbody"),
    [show(http, gen_tcp:recv(S, 0)) || _ <- lists:seq(1, 5)],
    ok = inet:setopts(S, [{packet, raw}]),
    show(body, gen_tcp:recv(S, 4)),
    ok = gen_tcp:send(S, "HTTP/1.1 200 Fine\r\nServer: x\r\n\r\n"),
    ok = inet:setopts(C, [{packet, http}]),
    [show(http, gen_tcp:recv(C, 0)) || _ <- lists:seq(1, 3)],
    ok = gen_tcp:send(S, "rubbish\r\n"),
    show(http, gen_tcp:recv(C, 0)),
    gen_tcp:close(C),
    gen_tcp:close(S).

http_by_message() ->
    {C, S} = pair([list, {active, false}], [binary, {packet, http}, {active, true}]),
    ok = gen_tcp:send(C, "POST / HTTP/1.0\r\nAccept: a,b\r\n\r\n"),
    [show(message, http_message(S)) || _ <- lists:seq(1, 3)],
    gen_tcp:close(C),
    show(ended, next(S)).

http_message(S) ->
    receive
        {http, S, Packet} -> Packet
    after 5000 -> nothing_came
    end.

pair(Client, Server) ->
    {ok, L} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}, {nodelay, true} | Server]),
    {ok, Port} = inet:port(L),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, Port, [{nodelay, true} | Client]),
    {ok, S} = gen_tcp:accept(L),
    gen_tcp:close(L),
    {C, S}.

next(Socket) ->
    receive
        {tcp, Socket, Data} -> {tcp, Data};
        {tcp_closed, Socket} -> tcp_closed;
        {tcp_error, Socket, Reason} -> {tcp_error, Reason}
    after 5000 -> nothing_came
    end.

show(What, Value) ->
    erlang:display({What, Value}).
