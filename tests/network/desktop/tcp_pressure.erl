%% A reader that is slow slows the sender down; a sender does not wait longer than it wants to.
-module(tcp_pressure).
-export([start/0]).

start() ->
    both_ways(),
    slow_reader(),
    send_timeout(),
    send_timeout_close(),
    peer_is_gone(),
    many_senders(),
    ok.

%% Much data in both directions at once, by an echo.
both_ways() ->
    {C, S} = pair([binary, {active, false}], [binary, {active, false}]),
    spawn_link(fun() -> echo(S) end),
    Data = <<<<Number:32>> || Number <- lists:seq(1, 200000)>>,
    spawn_link(fun() -> ok = gen_tcp:send(C, Data) end),
    {ok, Back} = gen_tcp:recv(C, byte_size(Data), 30000),
    erlang:display({echo, Back =:= Data}),
    gen_tcp:close(C).

echo(S) ->
    case gen_tcp:recv(S, 0) of
        {ok, Part} ->
            ok = gen_tcp:send(S, Part),
            echo(S);
        {error, closed} ->
            ok
    end.

slow_reader() ->
    {C, S} = pair([binary, {active, false}, {sndbuf, 4096}], [binary, {active, false}, {recbuf, 4096}]),
    Me = self(),
    Size = 8000000,
    spawn_link(fun() ->
        Part = binary:copy(<<"x">>, Size div 100),
        [ok = gen_tcp:send(C, Part) || _ <- lists:seq(1, 100)],
        Me ! sent
    end),
    erlang:display(
        receive
            sent -> too_early
        after 200 -> waits
        end
    ),
    {ok, All} = gen_tcp:recv(S, Size, 30000),
    erlang:display(byte_size(All)),
    receive
        sent -> erlang:display(sent)
    after 5000 -> erlang:display(not_sent)
    end.

send_timeout() ->
    {C, _} = pair([binary, {active, false}, {send_timeout, 100}], [{active, false}]),
    erlang:display({timeout, until_error(C)}),
    %% It is not closed.
    erlang:display(element(1, inet:peername(C))),
    gen_tcp:close(C).

send_timeout_close() ->
    {C, _} = pair([binary, {active, false}, {send_timeout, 100}, {send_timeout_close, true}], [{active, false}]),
    erlang:display({timeout, until_error(C)}),
    erlang:display(element(1, gen_tcp:send(C, "x"))).

until_error(C) -> until_error(C, binary:copy(<<"y">>, 1000000), 100).

until_error(_, _, 0) -> never;
until_error(C, Data, Left) ->
    case gen_tcp:send(C, Data) of
        ok -> until_error(C, Data, Left - 1);
        Error -> Error
    end.

peer_is_gone() ->
    {C, S} = pair([binary, {active, false}], [{active, false}]),
    gen_tcp:close(S),
    erlang:display({gone, until_error(C)}).

%% What several processes send is not mixed.
many_senders() ->
    {C, S} = pair([binary, {active, false}], [binary, {active, false}, {packet, 4}]),
    Me = self(),
    Parts = [binary:copy(<<Number>>, 50000 + Number) || Number <- lists:seq(1, 10)],
    [
        spawn_link(fun() ->
            ok = gen_tcp:send(C, [<<(byte_size(Part)):32>>, Part]),
            Me ! sent
        end)
     || Part <- Parts
    ],
    Got = [
        begin
            {ok, Packet} = gen_tcp:recv(S, 0, 10000),
            Packet
        end
     || _ <- Parts
    ],
    erlang:display(lists:sort(Got) =:= lists:sort(Parts)).

pair(Client, Server) ->
    {ok, L} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}} | Server]),
    {ok, Port} = inet:port(L),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, Port, Client),
    {ok, S} = gen_tcp:accept(L),
    gen_tcp:close(L),
    {C, S}.
