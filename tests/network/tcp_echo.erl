%% Gives back what comes to TCP port 7, connection after connection, until one sends the single byte 4 first.
-module(tcp_echo).
-export([start/0]).

start() ->
    ok = emberl_net:start({<<>>, <<>>, undefined, dhcp}, undefined),
    receive
        {'$network', {address, Address}} -> erlang:display({address, Address})
    end,
    {ok, Listener} = emberl_net:open(inet, stream),
    ok = emberl_net:bind(Listener, {{0, 0, 0, 0}, 7}),
    ok = emberl_net:listen(Listener, 4),
    erlang:display(listening),
    serve(Listener).

serve(Listener) ->
    {ok, {Handle, _Peer}} = again(Listener, fun() -> emberl_net:accept(Listener) end),
    case echo(Handle, 0) of
        ended -> ok;
        Count ->
            erlang:display({echoed, Count}),
            ok = emberl_net:close(Handle),
            serve(Listener)
    end.

echo(Handle, Count) ->
    case again(Handle, fun() -> emberl_net:recv(Handle, 4096) end) of
        {ok, <<4>>} when Count =:= 0 -> ended;
        {ok, Bytes} ->
            ok = send(Handle, Bytes),
            echo(Handle, Count + byte_size(Bytes));
        {error, closed} -> Count
    end.

send(_, <<>>) ->
    ok;
send(Handle, Bytes) ->
    {ok, Count} = again(Handle, fun() -> emberl_net:send(Handle, Bytes) end),
    <<_:Count/binary, Rest/binary>> = Bytes,
    send(Handle, Rest).

again(Handle, Ask) ->
    case Ask() of
        {select, Reference} ->
            receive
                {'$socket', Handle, select, Reference} -> again(Handle, Ask)
            end;
        Answer ->
            Answer
    end.
