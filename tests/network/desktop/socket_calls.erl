%% releases: 25 29
%% pruned: whole
%% The module `socket`: streams and datagrams, with waiting, with a time, and without. (OTP 27.2 forgets to tell what had
%% come when time is over.)
-module(socket_calls).
-export([start/0]).

start() ->
    streams(),
    without_waiting(),
    datagrams(),
    options(),
    wrong(),
    ok.

streams() ->
    {ok, L} = socket:open(inet, stream, tcp),
    show(bind, socket:bind(L, #{family => inet, addr => {127, 0, 0, 1}, port => 0})),
    show(listen, socket:listen(L)),
    {ok, #{port := Port} = Name} = socket:sockname(L),
    show(sockname, maps:remove(port, Name)),
    show(accept, socket:accept(L, 20)),
    {ok, C} = socket:open(inet, stream, default),
    show(connect, socket:connect(C, #{family => inet, addr => loopback, port => Port})),
    {ok, S} = socket:accept(L, 3000),
    {ok, #{port := Mine}} = socket:sockname(C),
    {ok, #{port := Theirs}} = socket:peername(S),
    show(names, Mine =:= Theirs),
    show(recv, socket:recv(S, 0, 20)),
    show(send, socket:send(C, "abc")),
    show(recv, socket:recv(S, 0, 3000)),
    show(send, socket:send(C, [<<"0123">>, "456789"])),
    show(recv, socket:recv(S, 4)),
    show(recv, socket:recv(S, 6, 3000)),
    show(send, socket:send(C, "few")),
    show(recv, socket:recv(S, 5, 50)),
    Big = binary:copy(<<"0123456789">>, 100000),
    spawn(fun() -> show(big, socket:send(C, Big)) end),
    {ok, Back} = socket:recv(S, byte_size(Big)),
    show(same, Back =:= Big),
    wait(50),
    show(shutdown, socket:shutdown(C, write)),
    show(ended, socket:recv(S)),
    show(answer, socket:send(S, "last")),
    show(recv, socket:recv(C, 4)),
    show(close, [socket:close(X) || X <- [C, S, L]]),
    show(closed, [socket:close(C), socket:send(C, "x"), socket:recv(C), socket:sockname(C)]).

without_waiting() ->
    {ok, L} = socket:open(inet, stream),
    ok = socket:bind(L, #{family => inet, addr => loopback, port => 0}),
    ok = socket:listen(L, 3),
    {ok, #{port := Port}} = socket:sockname(L),
    {select, {select_info, accept, Ref}} = socket:accept(L, nowait),
    {ok, C} = socket:open(inet, stream),
    ok = socket:connect(C, #{family => inet, addr => {127, 0, 0, 1}, port => Port}),
    show(told, told(L, Ref)),
    {ok, S} = socket:accept(L, nowait),
    {select, {select_info, recv, Ref2}} = socket:recv(S, 0, nowait),
    ok = socket:send(C, "now"),
    show(told, told(S, Ref2)),
    show(recv, socket:recv(S, 0, nowait)),
    {select, Info} = socket:recv(S, 0, nowait),
    show(cancel, socket:cancel(S, Info)),
    ok = socket:send(C, "later"),
    wait(30),
    show(nothing, none()),
    show(recv, socket:recv(S, 0, nowait)),
    %% Who waits is told when it is closed by another process.
    Me = self(),
    spawn(fun() -> Me ! {waited, socket:recv(S)} end),
    wait(30),
    show(close, socket:close(S)),
    receive
        {waited, Result} -> show(waited, Result)
    after 3000 -> show(waited, nothing)
    end,
    {select, {select_info, _, Ref3}} = socket:accept(L, nowait),
    show(close, socket:close(C)),
    {Closer, Monitor} = spawn_monitor(fun() -> socket:close(L) end),
    receive
        {'DOWN', Monitor, _, Closer, _} -> ok
    end,
    receive
        {'$socket', L, abort, {Ref3, Reason}} -> show(abort, Reason)
    after 1000 -> show(abort, nothing)
    end.

told(Socket, Ref) ->
    receive
        {'$socket', Socket, select, Ref} -> yes
    after 3000 -> no
    end.

datagrams() ->
    {ok, A} = socket:open(inet, dgram, udp),
    {ok, B} = socket:open(inet, dgram),
    ok = socket:bind(A, #{family => inet, addr => loopback, port => 0}),
    ok = socket:bind(B, #{family => inet, addr => loopback}),
    {ok, #{port := PortA} = NameA} = socket:sockname(A),
    {ok, #{port := PortB}} = socket:sockname(B),
    show(timeout, socket:recvfrom(A, 0, 20)),
    show(sendto, socket:sendto(B, ["to ", <<"a">>], NameA)),
    {ok, {#{port := From, addr := Address}, Data}} = socket:recvfrom(A),
    show(got, {From =:= PortB, Address, Data}),
    {select, {select_info, recvfrom, Ref}} = socket:recvfrom(A, 0, nowait),
    show(sendto, socket:sendto(B, <<"again">>, #{family => inet, addr => loopback, port => PortA})),
    show(told, told(A, Ref)),
    {ok, {_, Again}} = socket:recvfrom(A, 100, nowait),
    show(got, Again),
    show(connect, socket:connect(B, NameA)),
    show(send, socket:send(B, "connected")),
    {ok, {_, Third}} = socket:recvfrom(A, 0, 3000),
    show(got, Third),
    show(close, [socket:close(A), socket:close(B)]).

options() ->
    {ok, S} = socket:open(inet, stream),
    show(set, [
        socket:setopt(S, {tcp, nodelay}, true), socket:setopt(S, {socket, reuseaddr}, true),
        socket:setopt(S, {socket, keepalive}, true), socket:setopt(S, {socket, linger}, #{onoff => true, linger => 3}),
        socket:setopt(S, {otp, rcvbuf}, 4096)
    ]),
    show(get, [
        socket:getopt(S, {tcp, nodelay}), socket:getopt(S, {socket, reuseaddr}), socket:getopt(S, {socket, keepalive}),
        socket:getopt(S, {socket, linger}), socket:getopt(S, socket, domain)
    ]),
    show(unknown, socket:setopt(S, {socket, nonsense}, 1)),
    socket:close(S).

wrong() ->
    show(domain, socket:open(nonsense, stream, tcp)),
    show(type, socket:open(inet, nonsense)),
    {ok, S} = socket:open(inet, stream),
    {'EXIT', {Reason, _}} = (catch socket:connect(S, nonsense)),
    show(address, Reason),
    show(not_connected, element(1, socket:send(S, "x"))),
    socket:close(S).

none() ->
    receive
        Message -> Message
    after 0 -> none
    end.

wait(Milliseconds) ->
    receive
    after Milliseconds -> ok
    end.

show(What, Value) ->
    erlang:display({What, Value}).
