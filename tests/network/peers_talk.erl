%% What two ends say to each other over `gen_tcp` and `ssl`. The same module runs on the board (`start/0`) and on OTP (`otp/0`),
%% over the modules of each; first OTP is the client, then the board.
-module(peers_talk).
-export([start/0, otp/0]).

-define(KINDS, [gen_tcp, 'tlsv1.2', 'tlsv1.3']).
-define(TIME, 20000).

-ifdef(PORTS).
%% Ports of the host, of which the first is for TCP and the second for TLS.
start() ->
    {ok, _} = network:wait_for_sta(15000),
    {Plain, Tls} = listen(4000, 4443),
    erlang:display(ready),
    serve_all(Plain, Tls),
    ask_all({10, 0, 2, 2}, ?PORTS),
    erlang:display(talked),
    ok.
otp() -> error(on_the_board).
-else.
start() -> error(on_otp).
%% The own ports are printed; those that lead to the board come back as a line.
otp() ->
    {ok, _} = application:ensure_all_started(ssl),
    {Plain, Tls} = listen(0, 0),
    {ok, PlainPort} = inet:port(Plain),
    {ok, {_, TlsPort}} = ssl:sockname(Tls),
    io:format("{~b,~b}~n", [PlainPort, TlsPort]),
    {ok, [There, Secure]} = io:fread("", "~d ~d"),
    ask_all({127, 0, 0, 1}, {There, Secure}),
    serve_all(Plain, Tls),
    erlang:display(talked).
-endif.

listen(Port, Secure) ->
    Options = [binary, {active, false}, {reuseaddr, true}],
    %% For what is half closed. (OTP's `ssl` would not tell of the end.)
    {ok, Plain} = gen_tcp:listen(Port, [{exit_on_close, false} | Options]),
    {ok, Tls} = ssl:listen(Secure, [{certfile, "server.pem"}, {keyfile, "server.pem"}, {log_level, none} | Options]),
    {Plain, Tls}.

%% A connection for each.
talks() ->
    [{Kind, What} || Kind <- ?KINDS, What <- [passive, big, packet_4, line, active, once, counted, half_close, abandoned]].

serve_all(Plain, Tls) ->
    [
        begin
            {Module, Socket} = accept(Kind, Plain, Tls),
            serve(What, Module, Socket),
            ok = Module:close(Socket),
            erlang:display({served, Kind, What})
        end
     || {Kind, What} <- talks()
    ].

accept(gen_tcp, Plain, _) ->
    {ok, Socket} = gen_tcp:accept(Plain, 60000),
    {gen_tcp, Socket};
accept(Kind, _, Tls) ->
    {ok, Accepted} = ssl:transport_accept(Tls, 60000),
    {ok, Socket} = ssl:handshake(Accepted, ?TIME),
    {ok, [{protocol, Kind}]} = ssl:connection_information(Socket, [protocol]),
    {ssl, Socket}.

ask_all(Host, {Port, Secure}) ->
    [
        begin
            {Module, Socket} = connect(Kind, Host, Port, Secure),
            ask(What, Module, Socket),
            ok = Module:close(Socket),
            erlang:display({asked, Kind, What})
        end
     || {Kind, What} <- talks()
    ].

connect(gen_tcp, Host, Port, _) ->
    {ok, Socket} = gen_tcp:connect(Host, Port, [binary, {active, false}, {exit_on_close, false}], ?TIME),
    {gen_tcp, Socket};
connect(Kind, Host, _, Port) ->
    {ok, Socket} = ssl:connect(Host, Port, [
        binary, {active, false}, {versions, [Kind]}, {verify, verify_peer}, {cacertfile, "authority.pem"},
        {server_name_indication, "localhost"}, {log_level, none}
    ], ?TIME),
    {ssl, Socket}.

%% The server's part of each, and the client's.

serve(passive, M, S) ->
    {ok, <<"hello">>} = M:recv(S, 5, ?TIME),
    ok = M:send(S, ["wor", <<"ld">>]),
    {error, closed} = M:recv(S, 0, ?TIME);
serve(big, M, S) ->
    {ok, Big} = M:recv(S, 100000, ?TIME),
    true = Big =:= big(),
    ok = M:send(S, Big),
    {error, closed} = M:recv(S, 0, ?TIME);
serve(packet_4, M, S) ->
    ok = setopts(M, S, [{packet, 4}]),
    [
        begin
            {ok, Packet} = M:recv(S, 0, ?TIME),
            ok = M:send(S, Packet)
        end
     || _ <- packets()
    ],
    {error, closed} = M:recv(S, 0, ?TIME);
serve(line, M, S) ->
    ok = setopts(M, S, [{packet, line}]),
    {ok, <<"one\n">>} = M:recv(S, 0, ?TIME),
    {ok, <<"two\r\n">>} = M:recv(S, 0, ?TIME),
    ok = M:send(S, "three\nfour\n"),
    {error, closed} = M:recv(S, 0, ?TIME);
serve(active, M, S) ->
    ok = setopts(M, S, [{active, true}]),
    true = flood(S, [], 100000) =:= big(),
    ok = M:send(S, "all"),
    closed = message(S);
serve(once, M, S) ->
    ok = M:send(S, "first"),
    {ok, <<"next">>} = M:recv(S, 4, ?TIME),
    ok = M:send(S, "second"),
    {error, closed} = M:recv(S, 0, ?TIME);
serve(counted, M, S) ->
    ok = setopts(M, S, [{packet, 4}, {active, 2}]),
    [{data, <<"1">>}, {data, <<"2">>}, passive] = [message(S) || _ <- [1, 2, 3]],
    {ok, <<"3">>} = M:recv(S, 0, ?TIME),
    ok = setopts(M, S, [{active, 1}]),
    [{data, <<"4">>}, passive] = [message(S) || _ <- [1, 2]],
    ok = M:send(S, "counted"),
    {error, closed} = M:recv(S, 0, ?TIME);
serve(half_close, gen_tcp, S) ->
    Big = until_closed(S, []),
    true = Big =:= big(),
    %% The other way is still open.
    ok = gen_tcp:send(S, Big),
    ok = gen_tcp:shutdown(S, write);
serve(half_close, ssl, S) ->
    ok = ssl:send(S, "go"),
    {ok, <<"last words">>} = ssl:recv(S, 10, ?TIME),
    {error, closed} = ssl:recv(S, 0, ?TIME);
serve(abandoned, M, S) ->
    ok = M:send(S, "bye").

ask(passive, M, S) ->
    {error, timeout} = M:recv(S, 0, 50),
    ok = M:send(S, "hello"),
    {ok, <<"world">>} = M:recv(S, 5, ?TIME);
ask(big, M, S) ->
    Big = big(),
    ok = M:send(S, Big),
    {ok, Back} = M:recv(S, byte_size(Big), ?TIME),
    true = Back =:= Big;
ask(packet_4, M, S) ->
    ok = setopts(M, S, [{packet, 4}]),
    [ok = M:send(S, Packet) || Packet <- packets()],
    [{ok, Packet} = M:recv(S, 0, ?TIME) || Packet <- packets()];
ask(line, M, S) ->
    ok = M:send(S, "one\ntwo\r\n"),
    ok = setopts(M, S, [{packet, line}, {active, once}]),
    {data, <<"three\n">>} = message(S),
    ok = setopts(M, S, [{active, once}]),
    {data, <<"four\n">>} = message(S);
ask(active, M, S) ->
    ok = M:send(S, big()),
    ok = setopts(M, S, [{active, true}]),
    <<"all">> = flood(S, [], 3);
ask(once, M, S) ->
    ok = setopts(M, S, [{active, once}, {mode, list}]),
    {data, "first"} = message(S),
    ok = M:send(S, "next"),
    nothing = soon(S),
    ok = setopts(M, S, [{active, once}, {mode, binary}]),
    {data, <<"second">>} = message(S);
ask(counted, M, S) ->
    ok = setopts(M, S, [{packet, 4}]),
    [ok = M:send(S, integer_to_list(Number)) || Number <- [1, 2, 3, 4]],
    {ok, <<"counted">>} = M:recv(S, 0, ?TIME);
ask(half_close, gen_tcp, S) ->
    Big = big(),
    ok = gen_tcp:send(S, Big),
    ok = gen_tcp:shutdown(S, write),
    true = until_closed(S, []) =:= Big;
%% TLS closes both ways at once, in OTP. So the handshake must be over for the other end too, with all that comes behind
%% it: what is not read when a connection is closed makes TCP take back what was sent.
ask(half_close, ssl, S) ->
    {ok, <<"go">>} = ssl:recv(S, 2, ?TIME),
    ok = ssl:send(S, "last words"),
    ok = ssl:shutdown(S, write);
ask(abandoned, M, S) ->
    ok = setopts(M, S, [{active, true}]),
    <<"bye">> = flood(S, [], 3),
    closed = message(S).

big() -> << <<Number:32>> || Number <- lists:seq(1, 25000) >>.

packets() -> [<<"x">>, <<>>, binary:copy(<<"long ">>, 2000), <<"end">>].

setopts(gen_tcp, Socket, Options) -> inet:setopts(Socket, Options);
setopts(ssl, Socket, Options) -> ssl:setopts(Socket, Options).

until_closed(Socket, Parts) ->
    case gen_tcp:recv(Socket, 0, ?TIME) of
        {ok, Part} -> until_closed(Socket, [Part | Parts]);
        {error, closed} -> iolist_to_binary(lists:reverse(Parts))
    end.

%% What messages bring, until there is that much.
flood(Socket, Parts, Wanted) ->
    {data, Part} = message(Socket),
    case [Part | Parts] of
        All when byte_size(Part) >= Wanted -> iolist_to_binary(lists:reverse(All));
        All -> flood(Socket, All, Wanted - byte_size(Part))
    end.

message(Socket) -> message(Socket, ?TIME).

soon(Socket) -> message(Socket, 100).

message(Socket, Time) ->
    receive
        {Tag, Socket, Data} when Tag =:= tcp; Tag =:= ssl -> {data, Data};
        {Tag, Socket} when Tag =:= tcp_closed; Tag =:= ssl_closed -> closed;
        {Tag, Socket} when Tag =:= tcp_passive; Tag =:= ssl_passive -> passive;
        {Tag, Socket, Reason} when Tag =:= tcp_error; Tag =:= ssl_error -> {error, Reason}
    after Time -> nothing
    end.
