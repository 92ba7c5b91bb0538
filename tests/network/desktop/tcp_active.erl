%% pruned: whole
%% TCP with messages: always, once, so many; and going back to none.
-module(tcp_active).
-export([start/0]).

start() ->
    {C, S} = pair([binary, {active, true}], [binary, {active, false}]),
    send(S, "one"),
    next(C),
    %% Not read by hand at the same time.
    erlang:display({recv, gen_tcp:recv(C, 0, 10)}),
    erlang:display(inet:setopts(C, [{active, once}])),
    send(S, "two"),
    next(C),
    erlang:display(inet:getopts(C, [active])),
    send(S, "three"),
    none(),
    erlang:display({recv, gen_tcp:recv(C, 0, 1000)}),
    counted(C, S),
    lists_and_headers(C, S),
    closing(C, S),
    quiet_close(),
    many_messages(),
    ok.

counted(C, S) ->
    erlang:display(inet:setopts(C, [{active, 2}])),
    erlang:display(inet:getopts(C, [active])),
    send(S, "a"),
    next(C),
    erlang:display(inet:getopts(C, [active])),
    erlang:display(inet:setopts(C, [{active, 1}])),
    erlang:display(inet:getopts(C, [active])),
    send(S, "b"),
    next(C),
    send(S, "c"),
    next(C),
    next(C),
    erlang:display(inet:getopts(C, [active])),
    erlang:display(inet:setopts(C, [{active, 40000}])),
    erlang:display(inet:setopts(C, [{active, 3}])),
    erlang:display(inet:setopts(C, [{active, 32767}])),
    erlang:display(inet:setopts(C, [{active, -3}])),
    next(C),
    erlang:display(inet:setopts(C, [{active, -1}])),
    next(C),
    erlang:display(inet:setopts(C, [{active, foo}])).

lists_and_headers(C, S) ->
    ok = inet:setopts(C, [list, {active, once}]),
    send(S, "text"),
    next(C),
    ok = inet:setopts(C, [binary, {header, 2}, {active, once}]),
    send(S, "header"),
    next(C),
    ok = inet:setopts(C, [{header, 0}]).

closing(C, S) ->
    ok = inet:setopts(C, [{active, true}]),
    send(S, "last"),
    next(C),
    gen_tcp:close(S),
    next(C),
    erlang:display({after_it, gen_tcp:send(C, "x"), inet:port(C), inet:getopts(C, [active])}),
    none().

%% A socket that reads nothing does not tell of the end before it is asked.
quiet_close() ->
    {C, S} = pair([{active, false}], [{active, false}]),
    send(S, "data"),
    gen_tcp:close(S),
    none(),
    ok = inet:setopts(C, [{active, once}]),
    next(C),
    none(),
    ok = inet:setopts(C, [{active, once}]),
    next(C).

many_messages() ->
    {C, S} = pair([binary, {active, true}], [{active, false}]),
    Data = binary:copy(<<"0123456789">>, 30000),
    spawn_link(fun() ->
        ok = gen_tcp:send(S, Data),
        receive
            stop -> ok
        end
    end),
    erlang:display({collected, collect(C, byte_size(Data), []) =:= Data}),
    gen_tcp:close(C).

collect(_, 0, Parts) ->
    iolist_to_binary(lists:reverse(Parts));
collect(C, Left, Parts) ->
    receive
        {tcp, C, Part} -> collect(C, Left - byte_size(Part), [Part | Parts])
    after 5000 -> {missing, Left}
    end.

pair(Client, Server) ->
    {ok, L} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}} | Server]),
    {ok, Port} = inet:port(L),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, Port, Client),
    {ok, S} = gen_tcp:accept(L),
    gen_tcp:close(L),
    {C, S}.

send(S, Data) -> ok = gen_tcp:send(S, Data).

next(Socket) ->
    receive
        {tcp, Socket, Data} -> erlang:display({tcp, Data});
        {tcp_closed, Socket} -> erlang:display(tcp_closed);
        {tcp_passive, Socket} -> erlang:display(tcp_passive);
        {tcp_error, Socket, Reason} -> erlang:display({tcp_error, Reason})
    after 5000 -> erlang:display(nothing_came)
    end.

none() ->
    receive
        Message -> erlang:display({too_much, element(1, Message)})
    after 50 -> erlang:display(none)
    end.
