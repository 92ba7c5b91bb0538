%% All that the machine can serve, at once: HTTP, HTTPS, a service told by mDNS and one that is looked for, the time, lookups,
%% datagrams. The test, which is the whole network, asks by datagrams how it is, and what a name's address is.
-module(hostile).
-export([start/0]).

-define(PORT, 5000).
%% Milliseconds that a client may take for its part.
-define(PATIENCE, 2000).

start() ->
    %% The test takes QEMU's router from the wire meanwhile.
    receive after 500 -> ok end,
    Tell = fun(What) -> fun(More) -> erlang:display({What, More}) end end,
    {ok, _} = network:start([
        {sta, [{got_ip, Tell(got_ip)}, {lost_ip, Tell(lost_ip)}]},
        {sntp, [{host, "10.0.2.2"}, {synchronized, Tell(synchronized)}]},
        {mdns, [{host, "victim"}]}
    ]),
    spawn_link(fun() -> tick(erlang:monotonic_time(millisecond), 0) end),
    {ok, _} = network:wait_for_sta(60000),
    Limits = #{
        handler => fun handle/1, request_timeout => ?PATIENCE, body_timeout => ?PATIENCE, idle_timeout => ?PATIENCE,
        send_timeout => ?PATIENCE, max_connections => 4
    },
    {ok, _} = http_server:start_link(Limits#{port => 80}),
    Tls = [{certfile, "server.pem"}, {keyfile, "server.pem"}, {log_level, none}],
    {ok, _} = http_server:start_link(Limits#{port => 443, ssl => Tls, max_connections => 2}),
    {ok, _} = mdns:publish(#{name => "Victim", type => "_http._tcp", port => 80, text => #{path => "/"}}),
    {ok, _} = mdns:browse("_victims._udp", fun(_) -> ok end),
    {ok, Socket} = gen_udp:open(?PORT, [binary, {active, false}]),
    erlang:display(ready),
    asked(Socket).

%% One datagram after the other: what is not fetched is the machine's to bound. Each begins with a word that says which
%% question it is, with which the answer begins, too.
asked(Socket) ->
    {ok, {Address, Port, Question}} = gen_udp:recv(Socket, 0),
    case binary:split(Question, <<" ">>, [global]) of
        [_, <<"end">>] ->
            ok;
        [Id, <<"memory">>] ->
            answer(Socket, Address, Port, Id, memory()),
            asked(Socket);
        [Id, <<"lookup">>, Name] ->
            spawn(fun() -> answer(Socket, Address, Port, Id, lookup(Name)) end),
            asked(Socket);
        [Id, <<"state">>] ->
            answer(Socket, Address, Port, Id, io_lib:format("~p", [network:sta_status()])),
            asked(Socket);
        _ ->
            asked(Socket)
    end.

answer(Socket, Address, Port, Id, Text) -> gen_udp:send(Socket, Address, Port, [Id, $\s, Text]).

lookup(Name) -> io_lib:format("~w", [inet:getaddr(binary_to_list(Name), inet)]).

%% Bytes of the machine's heap and of the virtual machine, processes, the longest that a timer was late, and what is taken
%% of each pool.
memory() ->
    [erlang:garbage_collect(Pid) || Pid <- processes()],
    Info = network:info(),
    #{heap := #{used := Heap}} = Info,
    Pools = [{Name, Used} || {Name, #{used := Used}} <- maps:to_list(maps:remove(heap, Info))],
    All = [{heap, Heap}, {total, erlang:memory(total)}, {processes, length(processes())} | lists:sort(Pools)],
    [[atom_to_list(Name), $=, integer_to_list(Number), $\s] || {Name, Number} <- All].

%% How late the timer was at most, whenever that is more than ever before.
tick(Last, Most) ->
    receive after 10 -> ok end,
    Now = erlang:monotonic_time(millisecond),
    case Now - Last of
        Late when Late > 500, Late > Most ->
            erlang:display({late, Late}),
            tick(Now, Late);
        _ ->
            tick(Now, Most)
    end.

%% What HTTP answers.
handle(#{path := <<"/big">>}) ->
    Part = binary:copy(<<"0123456789abcdef">>, 256),
    {200, [], {stream, fun(Send) -> endless(Send, Part) end}};
handle(#{path := <<"/post">>} = Request) ->
    case http_server:read_body(Request) of
        {ok, Body} -> {200, integer_to_binary(byte_size(Body))};
        {error, too_large} -> 413;
        {error, timeout} -> 408;
        {error, _} -> 400
    end;
handle(#{path := <<"/">>}) ->
    {200, <<"hello">>};
handle(_) ->
    404.

%% As long as somebody reads it.
endless(Send, Part) ->
    case Send(Part) of
        ok -> endless(Send, Part);
        {error, _} -> ok
    end.
