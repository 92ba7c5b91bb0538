%% pruned: whole
%% A TCP connection within the program: data both ways, lengths, timeouts, both kinds of data, both ends' names.
-module(tcp_basic).
-export([start/0]).

start() ->
    {ok, L} = gen_tcp:listen(0, [binary, {active, false}, {ip, {127, 0, 0, 1}}, {reuseaddr, true}]),
    {ok, Port} = inet:port(L),
    show(sockname, inet:sockname(L) =:= {ok, {{127, 0, 0, 1}, Port}}),
    show(other_name, inet:peername(L)),
    show(accept_timeout, gen_tcp:accept(L, 20)),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, Port, [list, {active, false}]),
    {ok, S} = gen_tcp:accept(L, 5000),
    {ok, {_, Mine}} = inet:sockname(C),
    show(names, inet:peername(S) =:= {ok, {{127, 0, 0, 1}, Mine}}),
    show(other_end, inet:peername(C) =:= {ok, {{127, 0, 0, 1}, Port}}),
    show(modes, [inet:getopts(X, [active, mode, packet]) || X <- [L, C, S]]),
    %% Lists and binaries.
    show(sent, gen_tcp:send(C, ["hello", <<" ">>, [[$w], "orld"]])),
    show(got, gen_tcp:recv(S, 11)),
    show(sent, gen_tcp:send(S, <<"back">>)),
    show(got, gen_tcp:recv(C, 4)),
    show(nothing, gen_tcp:send(C, [])),
    show(mode, inet:setopts(C, [binary])),
    show(sent, gen_tcp:send(S, "again")),
    show(got, gen_tcp:recv(C, 5, 1000)),
    %% Lengths: less than there is, more than there is.
    show(sent, gen_tcp:send(C, "0123456789")),
    show(three, gen_tcp:recv(S, 3)),
    show(seven, gen_tcp:recv(S, 7)),
    show(timeout, gen_tcp:recv(S, 0, 20)),
    show(sent, gen_tcp:send(C, "abc")),
    show(too_few, gen_tcp:recv(S, 5, 50)),
    show(sent, gen_tcp:send(C, "de")),
    show(five, gen_tcp:recv(S, 5, 1000)),
    %% Wrong uses.
    show(not_data, (catch gen_tcp:recv(L, 0, 10))),
    show(not_listening, gen_tcp:accept(S, 10)),
    show(zero_timeout, gen_tcp:recv(S, 0, 0)),
    %% The end, in one direction first.
    show(shutdown, gen_tcp:shutdown(C, write)),
    show(end_of_data, gen_tcp:recv(S, 0)),
    show(closed, gen_tcp:close(C)),
    show(closed_again, gen_tcp:close(C)),
    show(send_closed, gen_tcp:send(C, "x")),
    show(recv_closed, gen_tcp:recv(C, 0)),
    show(port_closed, inet:port(C)),
    show(setopts_closed, inet:setopts(C, [{active, once}])),
    show(getopts_closed, inet:getopts(C, [active])),
    show(shutdown_closed, gen_tcp:shutdown(C, write)),
    gen_tcp:close(S),
    show(listener_closed, gen_tcp:close(L)),
    show(accept_closed, gen_tcp:accept(L)),
    show(refused, gen_tcp:connect({127, 0, 0, 1}, Port, [])),
    half_open(),
    ok.

%% A side that has closed its direction still reads, and the other still sends, when it is told to.
half_open() ->
    {ok, L} = gen_tcp:listen(0, [binary, {active, false}, {exit_on_close, false}]),
    {ok, Port} = inet:port(L),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}]),
    {ok, S} = gen_tcp:accept(L),
    show(request, gen_tcp:send(C, "request")),
    show(shutdown, gen_tcp:shutdown(C, write)),
    show(whole, gen_tcp:recv(S, 0)),
    show(its_end, gen_tcp:recv(S, 0)),
    show(answer, gen_tcp:send(S, "answer")),
    show(close, gen_tcp:close(S)),
    show(answer, gen_tcp:recv(C, 0)),
    show(its_end, gen_tcp:recv(C, 0)),
    gen_tcp:close(C),
    gen_tcp:close(L).

show(What, Value) ->
    erlang:display({What, Value}).
