%% pruned: whole
%% Whose a socket is: giving it away with its messages, ending with its owner; many who accept at once; waiting for what
%% is then closed.
-module(tcp_owners).
-export([start/0]).

start() ->
    giving(),
    giving_in_the_middle(),
    owner_dies(),
    acceptor_dies(),
    listener_dies(),
    many_acceptors(),
    closed_while_waiting(),
    connecting_dies(),
    ok.

giving() ->
    {C, S} = pair([binary, {active, false}]),
    Me = self(),
    {Pid, Monitor} = spawn_monitor(fun() ->
        receive
            {go, Socket} ->
                erlang:display({not_mine, gen_tcp:controlling_process(Socket, self())}),
                Me ! tried
        end,
        receive
            {yours, Mine} ->
                ok = inet:setopts(Mine, [{active, true}]),
                erlang:display({child, next(Mine)}),
                erlang:display({child, next(Mine)})
        end
    end),
    Pid ! {go, S},
    receive
        tried -> ok
    end,
    erlang:display({given, gen_tcp:controlling_process(S, Pid)}),
    erlang:display({gone, gen_tcp:controlling_process(S, self())}),
    Pid ! {yours, S},
    ok = gen_tcp:send(C, "for the child"),
    wait(50),
    gen_tcp:close(C),
    receive
        {'DOWN', Monitor, _, _, Reason} -> erlang:display(Reason)
    end,
    erlang:display(catch gen_tcp:controlling_process(S, self())).

%% What has come already goes along, in order.
giving_in_the_middle() ->
    {C, S} = pair([binary, {active, true}]),
    ok = gen_tcp:send(C, "first"),
    wait(50),
    Me = self(),
    Pid = spawn(fun() ->
        receive
            go -> ok
        end,
        Me ! {got, collect(S, 11, [])}
    end),
    ok = gen_tcp:controlling_process(S, Pid),
    ok = gen_tcp:send(C, "second"),
    Pid ! go,
    receive
        {got, Data} -> erlang:display(Data)
    end,
    erlang:display(none()),
    gen_tcp:close(C).

collect(_, Left, Parts) when Left =< 0 -> iolist_to_binary(lists:reverse(Parts));
collect(S, Left, Parts) ->
    receive
        {tcp, S, Part} -> collect(S, Left - byte_size(Part), [Part | Parts])
    after 3000 -> {missing, Left}
    end.

owner_dies() ->
    {C, S} = pair([binary, {active, false}]),
    Pid = spawn(fun() ->
        receive
            stop -> exit(killed_by_test)
        end
    end),
    ok = gen_tcp:controlling_process(S, Pid),
    Pid ! stop,
    erlang:display({other_end, gen_tcp:recv(C, 0, 3000)}),
    gen_tcp:close(C).

%% Who accepts and dies at once leaves a closed connection.
acceptor_dies() ->
    {ok, L} = gen_tcp:listen(0, [binary, {active, false}]),
    {ok, Port} = inet:port(L),
    spawn(fun() -> {ok, _} = gen_tcp:accept(L) end),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, Port, [{active, false}]),
    erlang:display({acceptor, gen_tcp:recv(C, 0, 3000)}),
    %% One that died while it waited takes none away.
    {Waiting, Monitor} = spawn_monitor(fun() -> gen_tcp:accept(L) end),
    wait(30),
    exit(Waiting, kill),
    receive
        {'DOWN', Monitor, _, _, _} -> ok
    end,
    {ok, C2} = gen_tcp:connect({127, 0, 0, 1}, Port, [{active, false}]),
    {ok, S2} = gen_tcp:accept(L, 3000),
    ok = gen_tcp:send(S2, "x"),
    erlang:display({next_one, gen_tcp:recv(C2, 0, 3000)}),
    [gen_tcp:close(X) || X <- [C, C2, S2, L]].

listener_dies() ->
    Me = self(),
    Pid = spawn(fun() ->
        {ok, L} = gen_tcp:listen(0, []),
        Me ! {port, inet:port(L)},
        receive
            stop -> ok
        end
    end),
    receive
        {port, {ok, Port}} -> ok
    end,
    Monitor = monitor(process, Pid),
    Pid ! stop,
    receive
        {'DOWN', Monitor, _, _, _} -> wait(30)
    end,
    erlang:display({listener, gen_tcp:connect({127, 0, 0, 1}, Port, [])}).

many_acceptors() ->
    {ok, L} = gen_tcp:listen(0, [binary, {active, false}, {backlog, 30}]),
    {ok, Port} = inet:port(L),
    Me = self(),
    [
        spawn(fun() ->
            {ok, S} = gen_tcp:accept(L),
            {ok, <<Number>>} = gen_tcp:recv(S, 1),
            ok = gen_tcp:send(S, <<(Number * 2)>>),
            receive
                stop -> ok
            after 3000 -> ok
            end
        end)
     || _ <- lists:seq(1, 20)
    ],
    [
        spawn(fun() ->
            {ok, C} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}]),
            ok = gen_tcp:send(C, <<Number>>),
            {ok, <<Twice>>} = gen_tcp:recv(C, 1),
            Me ! {Number, Twice}
        end)
     || Number <- lists:seq(1, 20)
    ],
    Answers = [
        receive
            {Number, Twice} -> Twice
        after 5000 -> nothing
        end
     || Number <- lists:seq(1, 20)
    ],
    erlang:display(Answers),
    gen_tcp:close(L).

closed_while_waiting() ->
    {C, S} = pair([binary, {active, false}]),
    {ok, L} = gen_tcp:listen(0, []),
    Me = self(),
    spawn(fun() -> Me ! {accept, gen_tcp:accept(L)} end),
    spawn(fun() -> Me ! {recv, gen_tcp:recv(S, 0)} end),
    spawn(fun() -> Me ! {recv_long, gen_tcp:recv(C, 10)} end),
    wait(50),
    gen_tcp:close(L),
    gen_tcp:close(S),
    [
        receive
            {What, Result} -> erlang:display({What, Result})
        after 3000 -> erlang:display({What, nothing})
        end
     || What <- [accept, recv, recv_long]
    ].

%% Nothing is left of a connection whose process ended.
connecting_dies() ->
    {ok, L} = gen_tcp:listen(0, [binary, {active, false}]),
    {ok, Port} = inet:port(L),
    {_, Monitor} = spawn_monitor(fun() -> {ok, _} = gen_tcp:connect({127, 0, 0, 1}, Port, []) end),
    receive
        {'DOWN', Monitor, _, _, Reason} -> erlang:display(Reason)
    end,
    {ok, S} = gen_tcp:accept(L),
    erlang:display(gen_tcp:recv(S, 0, 3000)).

pair(Options) ->
    {ok, L} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}} | Options]),
    {ok, Port} = inet:port(L),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, Port, [{active, false}]),
    {ok, S} = gen_tcp:accept(L),
    gen_tcp:close(L),
    {C, S}.

next(Socket) ->
    receive
        {tcp, Socket, Data} -> {tcp, Data};
        {tcp_closed, Socket} -> tcp_closed
    after 3000 -> nothing
    end.

none() ->
    receive
        Message -> Message
    after 50 -> none
    end.

wait(Milliseconds) ->
    receive
    after Milliseconds -> ok
    end.
