%% TCP with `nc` at the other end: gives back what comes at port 7, once; then connects to `nc -l` at `PORT` of the host, and
%% sends while it reads. Both ways it is `COUNT` numbers of four bytes. With `exit_on_close` the end of what comes would be
%% that of both ways, as in OTP.
-module(peers_echo).
-export([start/0]).

start() ->
    {ok, _} = network:wait_for_sta(15000),
    {ok, Listener} = gen_tcp:listen(7, [binary, {active, false}]),
    erlang:display(ready),
    {ok, Served} = gen_tcp:accept(Listener),
    erlang:display({echoed, echo(Served, 0)}),
    Numbers = << <<Number:32>> || Number <- lists:seq(1, ?COUNT) >>,
    {ok, Socket} = gen_tcp:connect({10, 0, 2, 2}, ?PORT, [binary, {active, false}, {exit_on_close, false}]),
    Main = self(),
    spawn_link(fun() ->
        ok = gen_tcp:send(Socket, Numbers),
        ok = gen_tcp:shutdown(Socket, write),
        Main ! sent
    end),
    Back = all(Socket, []),
    receive
        sent -> ok
    end,
    erlang:display({same, Back =:= Numbers}),
    gen_tcp:close(Socket).

%% To the end of what comes, which is not the end of what goes.
echo(Socket, Count) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, Bytes} ->
            ok = gen_tcp:send(Socket, Bytes),
            echo(Socket, Count + byte_size(Bytes));
        {error, closed} ->
            gen_tcp:close(Socket),
            Count
    end.

all(Socket, Parts) ->
    case gen_tcp:recv(Socket, 0, 30000) of
        {ok, Bytes} -> all(Socket, [Bytes | Parts]);
        {error, closed} -> iolist_to_binary(lists:reverse(Parts))
    end.
