%% A TLS server for OpenSSL's client: takes `COUNT` bytes of each connection, gives them back, and closes. It ends after
%% as many connections as `CONNECTIONS` says.
-module(peers_server).
-export([start/0]).

start() ->
    {ok, _} = network:wait_for_sta(15000),
    {ok, Listener} = ssl:listen(443, [
        binary, {active, false}, {certfile, "server.pem"}, {keyfile, "server.pem"}, {log_level, none}
    ]),
    erlang:display(ready),
    [serve(Listener) || _ <- lists:seq(1, ?CONNECTIONS)],
    ok.

serve(Listener) ->
    {ok, Accepted} = ssl:transport_accept(Listener),
    case ssl:handshake(Accepted, 20000) of
        {ok, Socket} ->
            case ssl:recv(Socket, ?COUNT, 20000) of
                {ok, Bytes} ->
                    {ok, [{protocol, Version}]} = ssl:connection_information(Socket, [protocol]),
                    ok = ssl:send(Socket, Bytes),
                    erlang:display({served, Version});
                %% A client of TLS 1.3 may refuse after the server's handshake.
                {error, Reason} ->
                    refused(Reason)
            end,
            ssl:close(Socket);
        {error, Reason} ->
            refused(Reason)
    end.

refused({tls_alert, {Name, Text}}) ->
    erlang:display({refused, Name}),
    erlang:display(<< <<(max(Char, $\s))>> || Char <- Text >>);
refused(Reason) ->
    erlang:display({refused, Reason}).
