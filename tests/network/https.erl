%% An HTTPS server whose accept loop never waits: it asks for a connection, and then for the next thing to do. Timers tick and
%% the console is written to meanwhile. `/memory` answers what is in use, `/end` ends it.
-module(https).
-export([start/0]).

start() ->
    {ok, _} = network:start([{sta, []}]),
    {ok, _} = network:wait_for_sta(15000),
    {ok, Listener} = ssl:listen(443, [
        binary, {active, false}, {certfile, "server.pem"}, {keyfile, "server.pem"}, {log_level, none}
    ]),
    erlang:display(ready),
    erlang:send_after(10, self(), tick),
    loop(Listener, 0, erlang:monotonic_time(millisecond)).

loop(Listener, Ticks, Last) ->
    case ssl:transport_accept(Listener, 0) of
        {ok, Socket} ->
            Main = self(),
            Pid = spawn(fun() -> receive go -> serve(Main, Socket) end end),
            ok = ssl:controlling_process(Socket, Pid),
            Pid ! go;
        {error, timeout} ->
            ok;
        %% There is no place for another one yet.
        {error, Reason} when Reason =:= emfile; Reason =:= enobufs; Reason =:= enomem ->
            ok
    end,
    receive
        tick ->
            Now = erlang:monotonic_time(millisecond),
            %% A handshake computes for a tenth of a second; what waits for several is late.
            Now - Last > 5000 andalso erlang:display({late, Now - Last}),
            Ticks rem 100 =:= 0 andalso erlang:display({tick, Ticks}),
            erlang:send_after(10, self(), tick),
            loop(Listener, Ticks + 1, Now);
        'end' ->
            ok
    after 1 ->
        loop(Listener, Ticks, Last)
    end.

serve(Main, Socket) ->
    case ssl:handshake(Socket, 5000) of
        {ok, Secure} -> requests(Main, Secure, <<>>);
        {error, _} -> ssl:close(Socket)
    end.

%% One after the other on a connection.
requests(Main, Socket, Before) ->
    case binary:split(Before, <<"\r\n\r\n">>) of
        [Request, Rest] ->
            [_, Path | _] = binary:split(Request, <<" ">>, [global]),
            Body = body(Path, Main),
            Length = integer_to_binary(byte_size(Body)),
            case ssl:send(Socket, [<<"HTTP/1.1 200 OK\r\ncontent-length: ">>, Length, <<"\r\n\r\n">>, Body]) of
                ok -> requests(Main, Socket, Rest);
                {error, _} -> ssl:close(Socket)
            end;
        [_] when byte_size(Before) < 4096 ->
            case ssl:recv(Socket, 0, 5000) of
                {ok, Bytes} -> requests(Main, Socket, <<Before/binary, Bytes/binary>>);
                {error, _} -> ssl:close(Socket)
            end;
        [_] ->
            ssl:close(Socket)
    end.

body(<<"/end">>, Main) ->
    Main ! 'end',
    <<"end">>;
body(<<"/memory">>, _) ->
    [erlang:garbage_collect(Pid) || Pid <- processes()],
    #{heap := #{used := Heap}, tls_sessions := #{used := Sessions}, tcp_sockets := #{used := Sockets}} = network:info(),
    All = [Heap, erlang:memory(total), Sessions, Sockets, length(processes())],
    Numbers = [integer_to_binary(Number) || Number <- All],
    iolist_to_binary([[Number, $\s] || Number <- Numbers]);
body(_, _) ->
    <<"hello over TLS">>.
