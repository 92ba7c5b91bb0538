%% A TLS client of OpenSSL's servers, `SERVERS`: what each is called, its port, and the name that it must have. First while the
%% clock says 1970, as one that nobody has set; then at the time that the server of SNTP tells next.
-module(peers_client).
-export([start/0]).

start() ->
    set_clock(),
    [{_, Port, Name} | _] = ?SERVERS,
    [told(no_clock, Version, ask(Port, Name, Version)) || Version <- versions()],
    ok = network:stop(),
    set_clock(),
    [told(What, Version, ask(At, Called, Version)) || {What, At, Called} <- ?SERVERS, Version <- versions()],
    %% One that does not want to know is told nothing.
    erlang:display({unverified, [unverified(At) || {_, At, _} <- ?SERVERS]}),
    ok.

unverified(Port) ->
    {ok, Socket} = ssl:connect({10, 0, 2, 2}, Port, [{verify, verify_none}], 20000),
    ssl:close(Socket).

versions() -> ['tlsv1.2', 'tlsv1.3'].

set_clock() ->
    {ok, _} = network:start([{sta, []}, {sntp, [{host, "10.0.2.123"}, {synchronized, self()}]}]),
    receive
        {synchronized, {Seconds, _}} -> erlang:display({clock, Seconds})
    after 30000 -> exit(no_time)
    end.

ask(Port, Name, Version) ->
    Options = [
        binary, {active, false}, {verify, verify_peer}, {cacertfile, "authority.pem"}, {versions, [Version]},
        {server_name_indication, Name}
    ],
    case ssl:connect({10, 0, 2, 2}, Port, Options, 20000) of
        {ok, Socket} ->
            Turned = [line(Socket, Length) || Length <- [1, 100, 8000, 8000]],
            {ok, [{protocol, Agreed}]} = ssl:connection_information(Socket, [protocol]),
            ok = ssl:close(Socket),
            {Agreed, Turned};
        {error, {tls_alert, {Alert, Text}}} ->
            %% As text it is in one line.
            {Alert, << <<(max(Char, $\s))>> || Char <- Text >>};
        Error ->
            Error
    end.

%% The server says each line again the other way round: whether it does.
line(Socket, Length) ->
    Line = [$a + Number rem 26 || Number <- lists:seq(1, Length)],
    ok = ssl:send(Socket, [Line, $\n]),
    {ok, Back} = ssl:recv(Socket, Length + 1, 20000),
    Back =:= list_to_binary([lists:reverse(Line), $\n]).

told(What, Version, Result) ->
    erlang:display({What, Version, Result}).
