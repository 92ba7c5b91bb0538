%% The link is started, has an address, is used, and is stopped, a thousand times: nothing of a round is left. Every other
%% round is stopped while a connection, a listening socket, a datagram socket and a lookup are open.
-module(restart).
-export([start/0]).

-define(HOST, {10, 0, 2, 2}).

start() ->
    %% Once with, once without what is open at the end; and what the measuring itself needs is there.
    [one(Round) || Round <- lists:seq(1, 2)],
    _ = in_use(),
    First = in_use(),
    erlang:display({in_use, First}),
    rounds(3, undefined),
    %% This process itself, which holds the first figures, may differ by some words.
    Last = in_use(),
    [{Name, Was, Is} || {{Name, Was}, {Name, Is}} <- lists:zip(First, Last), Is > Was + allowed(Name)].

allowed(Name) when Name =:= total; Name =:= heap -> 1024;
allowed(_) -> 0.

%% From the hundredth round on, every hundred rounds find the very same.
rounds(Round, _) when Round > ?ROUNDS ->
    ok;
rounds(Round, Before) ->
    one(Round),
    case Round rem 100 of
        0 ->
            Now = in_use(),
            erlang:display({rounds, Round, lists:keyfind(total, 1, Now), lists:keyfind(heap, 1, Now)}),
            %% Not the figures themselves: they would be in use, too.
            Hash = erlang:phash2(Now),
            true = Before =:= undefined orelse Before =:= Hash,
            rounds(Round + 1, Hash);
        _ ->
            rounds(Round + 1, Before)
    end.

one(Round) ->
    Self = self(),
    {ok, Pid} = network:start([{sta, [{got_ip, fun(Info) -> Self ! {address, Info} end}, {disconnected, Self}]}]),
    {error, {already_started, Pid}} = network:start([{sta, []}]),
    receive
        {address, {{10, 0, 2, _}, {255, 255, 255, 0}, {10, 0, 2, 2}}} -> ok
    after 15000 -> exit({no_address, Round, network:sta_status()})
    end,
    connected = network:sta_status(),
    {ok, Socket} = gen_tcp:connect(?HOST, ?PORT, [binary, {active, false}], 5000),
    Message = <<"round ", (integer_to_binary(Round))/binary>>,
    ok = gen_tcp:send(Socket, Message),
    {ok, Message} = gen_tcp:recv(Socket, byte_size(Message), 5000),
    leave(Round rem 2, Socket),
    ok = network:stop(),
    inactive = network:sta_status(),
    ok = network:stop(),
    flush().

leave(0, Socket) ->
    ok = gen_tcp:close(Socket);
leave(1, Socket) ->
    {ok, Listener} = gen_tcp:listen(80, [binary, {active, false}]),
    {ok, Datagrams} = gen_udp:open(5000, [binary, {active, true}]),
    Waiting = [
        spawn_monitor(fun() -> exit({ended, gen_tcp:accept(Listener)}) end),
        spawn_monitor(fun() -> exit({ended, inet:getaddr("nobody.invalid", inet)}) end)
    ],
    ok = network:stop(),
    %% Who waited is told; what is asked of an old socket is an error.
    [receive {'DOWN', Monitor, process, Pid, {ended, {error, _}}} -> ok after 5000 -> exit({not_told, Pid}) end
     || {Pid, Monitor} <- Waiting],
    {error, _} = gen_tcp:send(Socket, <<"gone">>),
    {error, _} = gen_udp:send(Datagrams, ?HOST, 9, <<"gone">>),
    ok = gen_tcp:close(Socket),
    ok = gen_tcp:close(Listener),
    ok = gen_udp:close(Datagrams).

flush() ->
    receive
        _ -> flush()
    after 0 -> ok
    end.

%% Bytes of the virtual machine, of the whole machine, and what is taken of each pool, without what only collecting tells.
in_use() ->
    receive
    after 50 -> ok
    end,
    true = erlang:garbage_collect(),
    Pools = [{Name, Used} || {Name, #{used := Used}} <- lists:sort(maps:to_list(network:info()))],
    [{total, erlang:memory(total)}, {processes, length(processes())} | Pools].
