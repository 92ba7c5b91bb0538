%% needs: kernel stdlib crypto asn1 public_key ssl
%% TLS within the program: both versions, who is refused and why, messages, upgrades, ALPN, certificates of clients.
-module(tls).
-export([start/0]).

start() ->
    ok = ssl:start(),
    [talk(Version) || Version <- ['tlsv1.2', 'tlsv1.3']],
    refused(),
    options(),
    active(),
    upgrade(),
    protocols(),
    client_certificates(),
    slow_peers(),
    owners(),
    ok.

authority() -> {cacertfile, "authority.pem"}.

listen(File, Options) ->
    {ok, L} = ssl:listen(0, [
        binary, {active, false}, {reuseaddr, true}, {certfile, File}, {keyfile, File}, {log_level, none}
        | Options
    ]),
    {ok, {_, Port}} = ssl:sockname(L),
    {L, Port}.

%% A server that accepts once, and does something with the connection.
serve(L, Options, Do) ->
    Me = self(),
    spawn(fun() ->
        {ok, T} = ssl:transport_accept(L, 5000),
        case ssl:handshake(T, Options, 5000) of
            {ok, S} ->
                Do(S),
                Me ! {served, ok};
            {error, Reason} ->
                Me ! {served, Reason}
        end
    end).

served() ->
    receive
        {served, Result} -> Result
    after 5000 -> nothing
    end.

talk(Version) ->
    {L, Port} = listen("server.pem", [{versions, [Version]}]),
    serve(L, [], fun(S) ->
        {ok, <<"hello">>} = ssl:recv(S, 5),
        ok = ssl:send(S, ["wor", <<"ld">>]),
        Big = binary:copy(<<"0123456789">>, 20000),
        {ok, Big} = ssl:recv(S, byte_size(Big)),
        ok = ssl:send(S, Big),
        {ok, Information} = ssl:connection_information(S, [protocol]),
        show(server, Information),
        {error, closed} = ssl:recv(S, 0, 5000)
    end),
    {ok, C} = ssl:connect({127, 0, 0, 1}, Port, [
        binary, {active, false}, {verify, verify_peer}, authority(), {server_name_indication, "localhost"},
        {log_level, none}
    ], 5000),
    ok = ssl:send(C, "hello"),
    show(recv, ssl:recv(C, 5, 5000)),
    Big = binary:copy(<<"0123456789">>, 20000),
    ok = ssl:send(C, Big),
    {ok, Back} = ssl:recv(C, byte_size(Big), 10000),
    show(same, Back =:= Big),
    show(client, ssl:connection_information(C, [protocol])),
    show(protocol, ssl:negotiated_protocol(C)),
    {ok, Der} = ssl:peercert(C),
    {ok, Pem} = file:read_file("server.pem"),
    show(certificate, binary:match(binary:replace(Pem, <<"\n">>, <<>>, [global]), base64:encode(Der)) =/= nomatch),
    show(other_end, ssl:peername(C) =:= {ok, {{127, 0, 0, 1}, Port}}),
    show(timeout, ssl:recv(C, 0, 20)),
    show(close, ssl:close(C)),
    show(served, served()),
    show(closed, [ssl:send(C, "x"), ssl:recv(C, 0)]),
    ssl:close(L).

%% The name of the alert; its text differs between releases.
refused() ->
    [
        begin
            {L, Port} = listen(File, []),
            serve(L, [], fun(S) -> ssl:recv(S, 0, 1000) end),
            Result = ssl:connect(Host, Port, [{active, false}, {verify, verify_peer}, {log_level, none} | Options], 5000),
            %% The name's alert is another one since OTP 26.
            [
                show(Side, if What =:= name, is_tuple(Alert) -> element(1, Alert); true -> Alert end)
             || {Side, Alert} <- [{What, plain(Result)}, {server, plain({error, served()})}]
            ],
            ssl:close(L)
        end
     || {What, File, Host, Options} <- [
            {name, "server.pem", {127, 0, 0, 1}, [authority(), {server_name_indication, "elsewhere"}]},
            {expired, "expired.pem", {127, 0, 0, 1}, [authority()]},
            {unknown, "foreign.pem", {127, 0, 0, 1}, [authority()]}
        ]
    ],
    %% Who does not ask is told nothing.
    {L, Port} = listen("foreign.pem", []),
    serve(L, [], fun(S) -> ok = ssl:send(S, "unasked"), ssl:recv(S, 0, 3000) end),
    {ok, C} = ssl:connect({127, 0, 0, 1}, Port, [{active, false}, {verify, verify_none}, {log_level, none}], 5000),
    show(unasked, ssl:recv(C, 7, 3000)),
    ssl:close(C),
    show(server, served()),
    ssl:close(L),
    %% No server, no TLS.
    show(refused, ssl:connect({127, 0, 0, 1}, Port, [{verify, verify_none}], 1000)),
    {ok, Plain} = gen_tcp:listen(0, [{active, false}]),
    {ok, PlainPort} = inet:port(Plain),
    spawn(fun() ->
        {ok, S} = gen_tcp:accept(Plain),
        gen_tcp:send(S, "this is not TLS at all"),
        gen_tcp:recv(S, 0, 3000),
        gen_tcp:recv(S, 0, 300),
        gen_tcp:close(S)
    end),
    {error, Reason} = ssl:connect({127, 0, 0, 1}, PlainPort, [{verify, verify_none}, {log_level, none}], 3000),
    show(no_tls, is_tuple(Reason) orelse Reason =:= closed).

plain({error, {tls_alert, {Name, _}}}) -> {tls_alert, Name};
plain({ok, _}) -> connected;
plain(Other) -> Other.

options() ->
    show(nonsense, ssl:connect({127, 0, 0, 1}, 1, [{verify, nonsense}])),
    show(no_file, element(1, ssl:connect({127, 0, 0, 1}, 1, [{verify, verify_peer}, {cacertfile, "none.pem"}]))).

active() ->
    {L, Port} = listen("server.pem", []),
    Me = self(),
    serve(L, [], fun(S) ->
        receive
            go -> ok
        after 3000 -> ok
        end,
        ok = ssl:send(S, "second"),
        {ok, _} = ssl:recv(S, 4, 3000),
        ok = ssl:send(S, "third"),
        Me ! {server, self()},
        receive
            stop -> ssl:close(S)
        end
    end) ! go,
    {ok, C} = ssl:connect({127, 0, 0, 1}, Port, [binary, {active, once}, {verify, verify_none}, {log_level, none}], 5000),
    show(once, next(C)),
    show(options, [ssl:getopts(C, [active]), ssl:getopts(C, [mode])]),
    ok = ssl:send(C, "more"),
    receive
        {server, Server} -> ok
    end,
    show(none, none()),
    ok = ssl:setopts(C, [{active, true}, {mode, list}]),
    show(always, next(C)),
    Server ! stop,
    show(closed, next(C)),
    show(served, served()),
    ssl:close(L).

next(Socket) ->
    receive
        {ssl, Socket, Data} -> {ssl, Data};
        {ssl_closed, Socket} -> ssl_closed;
        {ssl_error, Socket, Reason} -> {ssl_error, Reason}
    after 5000 -> nothing
    end.

none() ->
    receive
        Message -> Message
    after 50 -> none
    end.

%% From a plain connection, in both roles.
upgrade() ->
    {ok, L} = gen_tcp:listen(0, [binary, {active, false}, {reuseaddr, true}]),
    {ok, Port} = inet:port(L),
    Me = self(),
    spawn(fun() ->
        {ok, S} = gen_tcp:accept(L),
        {ok, <<"STARTTLS\n">>} = gen_tcp:recv(S, 9),
        ok = gen_tcp:send(S, "GO\n"),
        {ok, T} = ssl:handshake(S, [{certfile, "server.pem"}, {keyfile, "server.pem"}], 5000),
        {ok, Data} = ssl:recv(T, 0, 5000),
        Me ! {upgraded, Data},
        receive
            stop -> ok
        end
    end),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}]),
    ok = gen_tcp:send(C, "STARTTLS\n"),
    {ok, <<"GO\n">>} = gen_tcp:recv(C, 3),
    {ok, T} = ssl:connect(C, [{verify, verify_peer}, authority(), {server_name_indication, "localhost"}], 5000),
    ok = ssl:send(T, "in secret"),
    receive
        {upgraded, Data} -> show(upgraded, Data)
    after 5000 -> show(upgraded, nothing)
    end,
    ssl:close(T),
    gen_tcp:close(L).

protocols() ->
    {L, Port} = listen("server.pem", [{alpn_preferred_protocols, [<<"h2">>, <<"http/1.1">>]}]),
    serve(L, [], fun(S) -> show(server, ssl:negotiated_protocol(S)), ssl:recv(S, 0, 3000) end),
    {ok, C} = ssl:connect({127, 0, 0, 1}, Port, [
        {active, false}, {verify, verify_none}, {alpn_advertised_protocols, [<<"http/1.1">>]}, {log_level, none}
    ], 5000),
    show(client, ssl:negotiated_protocol(C)),
    served_after_close(C),
    ssl:close(L).

served_after_close(C) ->
    ssl:close(C),
    show(served, served()).

client_certificates() ->
    {L, Port} = listen("server.pem", [
        {versions, ['tlsv1.2']}, {verify, verify_peer}, authority(), {fail_if_no_peer_cert, true}
    ]),
    serve(L, [], fun(S) ->
        {ok, Der} = ssl:peercert(S),
        show(has_certificate, is_binary(Der)),
        ssl:recv(S, 0, 3000)
    end),
    {ok, C} = ssl:connect({127, 0, 0, 1}, Port, [
        {active, false}, {verify, verify_none}, {certfile, "client.pem"}, {keyfile, "client.pem"}, {log_level, none}
    ], 5000),
    served_after_close(C),
    serve(L, [], fun(_) -> ok end),
    Result = ssl:connect({127, 0, 0, 1}, Port, [{active, false}, {verify, verify_none}, {log_level, none}], 5000),
    show(without, element(1, Result)),
    show(server, plain({error, served()})),
    ssl:close(L).

%% Who does not speak is dropped.
slow_peers() ->
    {L, Port} = listen("server.pem", []),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}]),
    {ok, T} = ssl:transport_accept(L, 3000),
    show(silent, ssl:handshake(T, 100)),
    show(dropped, until_closed(C)),
    {ok, C2} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}]),
    {ok, T2} = ssl:transport_accept(L, 3000),
    ok = gen_tcp:send(C2, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    show(garbage, element(1, ssl:handshake(T2, 3000))),
    {ok, C3} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}]),
    {ok, T3} = ssl:transport_accept(L, 3000),
    gen_tcp:close(C3),
    show(gone, ssl:handshake(T3, 3000)),
    show(accept, ssl:transport_accept(L, 20)),
    [gen_tcp:close(X) || X <- [C, C2]],
    ssl:close(L).

%% There may be an alert first.
until_closed(C) ->
    case gen_tcp:recv(C, 0, 3000) of
        {ok, _} -> until_closed(C);
        Error -> Error
    end.

owners() ->
    {L, Port} = listen("server.pem", []),
    Me = self(),
    serve(L, [], fun(S) -> ssl:recv(S, 0, 5000) end),
    {ok, C} = ssl:connect({127, 0, 0, 1}, Port, [{active, false}, {verify, verify_none}, {log_level, none}], 5000),
    Pid = spawn(fun() ->
        receive
            {yours, _} -> Me ! ready
        end,
        receive
            stop -> ok
        end
    end),
    show(given, ssl:controlling_process(C, Pid)),
    Pid ! {yours, C},
    receive
        ready -> ok
    end,
    Pid ! stop,
    show(served, served()),
    ssl:close(L).

show(What, Value) ->
    erlang:display({What, Value}).
