%% What `bench/net.rs` measures: bytes given back through gen_tcp and socket, pages over HTTP and HTTPS, and the memory
%% of it all. Ports are those of the macro, or any that is free, and told.
-module(bench).
-export([start/0, handle/1]).

-ifndef(PORTS).
-define(PORTS, #{gen_tcp => 0, socket => 0, http => 0, https => 0}).
-endif.

start() ->
    Before = memory(),
    {ok, _} = network:start([{sta, []}]),
    {ok, _} = network:wait_for_sta(15000),
    Started = memory(),
    told(driver, Before, Started),
    sockets(),
    #{gen_tcp := Tcp, socket := Socket, http := Http, https := Https} = ?PORTS,
    Options = [binary, {active, false}, {nodelay, true}],
    {ok, TcpListener} = gen_tcp:listen(Tcp, Options),
    {ok, SocketListener} = socket:open(inet, stream, tcp),
    ok = socket:bind(SocketListener, #{family => inet, addr => any, port => Socket}),
    ok = socket:listen(SocketListener, 2),
    Pages = #{handler => fun ?MODULE:handle/1, max_requests => 1000000},
    {ok, Server} = http_server:start(Pages#{port => Http}),
    {ok, Secure} = http_server:start(Pages#{port => Https, ssl => [{certfile, "server.pem"}, {keyfile, "server.pem"}]}),
    [spawn_link(Loop) || Loop <- [fun() -> tcp(TcpListener) end, fun() -> socket(SocketListener) end]],
    {ok, #{port := SocketPort}} = socket:sockname(SocketListener),
    erlang:display({ports, [
        port(inet:port(TcpListener)), SocketPort, port(http_server:port(Server)), port(http_server:port(Secure))
    ]}),
    receive stop -> ok end.

port({ok, Port}) -> Port.

handle(#{path := <<"/large">>}) -> {200, [], [binary:copy(<<"0123456789abcdef">>, 4096) || _ <- lists:seq(1, 16)]};
handle(_) -> {200, [{"content-type", "text/plain"}], <<"hello, world">>}.

tcp(Listener) ->
    {ok, Socket} = gen_tcp:accept(Listener),
    back(fun() -> gen_tcp:recv(Socket, 0) end, fun(Bytes) -> gen_tcp:send(Socket, Bytes) end),
    gen_tcp:close(Socket),
    tcp(Listener).

socket(Listener) ->
    {ok, Socket} = socket:accept(Listener),
    back(fun() -> socket:recv(Socket) end, fun(Bytes) -> socket:send(Socket, Bytes) end),
    socket:close(Socket),
    socket(Listener).

back(Receive, Send) ->
    case Receive() of
        {ok, Bytes} ->
            case Send(Bytes) of
                ok -> back(Receive, Send);
                _ -> ended
            end;
        {error, _} ->
            ended
    end.

%% Bytes of the machine's heap, and of the virtual machine in it. The desktop does not tell the first.
memory() ->
    receive after 100 -> ok end,
    [erlang:garbage_collect(Pid) || Pid <- processes()],
    Heap =
        case network:info() of
            #{heap := #{used := Used}} -> Used;
            _ -> 0
        end,
    {Heap, erlang:memory(total)}.

told(Name, {Heap, Total}, {HeapThen, TotalThen}) -> erlang:display({memory, Name, HeapThen - Heap, TotalThen - Total}).

-ifdef(PEER).
%% What one more of each takes, with the process that serves it.
sockets() ->
    %% The first takes what all share.
    {ok, First} = gen_tcp:connect(?HOST, ?PEER, [binary, {active, false}]),
    One = memory(),
    {ok, Second} = gen_tcp:connect(?HOST, ?PEER, [binary, {active, false}]),
    told(tcp_connection, One, memory()),
    ok = gen_tcp:close(First),
    ok = gen_tcp:close(Second),
    Before = memory(),
    {ok, Listener} = gen_tcp:listen(1234, [binary, {active, false}]),
    told(listener, Before, memory()),
    ok = gen_tcp:close(Listener),
    {ok, Udp} = gen_udp:open(0, [binary, {active, false}]),
    Datagrams = memory(),
    {ok, Other} = gen_udp:open(0, [binary, {active, false}]),
    told(udp_socket, Datagrams, memory()),
    ok = gen_udp:close(Udp),
    ok = gen_udp:close(Other),
    Client = [{verify, verify_none}, binary, {active, false}],
    [FirstPort, SecondPort] = ?SECURE_PEERS,
    {ok, Tls} = ssl:connect(?HOST, FirstPort, Client, 30000),
    Session = memory(),
    {ok, AnotherTls} = ssl:connect(?HOST, SecondPort, Client, 30000),
    told(tls_client, Session, memory()),
    ok = ssl:close(Tls),
    ok = ssl:close(AnotherTls).
-else.
sockets() -> ok.
-endif.
