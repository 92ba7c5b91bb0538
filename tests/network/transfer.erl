%% What becomes of the link is printed as it happens, while a transfer goes on that no byte may be missing of, and a timer
%% ticks that nothing may hold up. The test pulls the wire and plugs it in again.
-module(transfer).
-export([start/0]).

-define(HOST, {10, 0, 2, 2}).

start() ->
    Tell = fun(What) -> fun(More) -> erlang:display({What, More}) end end,
    {ok, _} = network:start([{sta, [
        {connected, fun() -> erlang:display(connected) end},
        {got_ip, Tell(got_ip)}, {lost_ip, Tell(lost_ip)},
        {disconnected, Tell(disconnected)}, {reconnecting, Tell(reconnecting)}
    ]}]),
    {ok, {_, _, _}} = network:wait_for_sta(15000),
    spawn_link(fun() -> tick(erlang:monotonic_time(millisecond), 0) end),
    {ok, Socket} = gen_tcp:connect(?HOST, ?PORT, [binary, {active, false}], 5000),
    Sum = transfer(Socket, 0),
    erlang:display({transferred, Sum}),
    ok = gen_tcp:close(Socket),
    %% As long as the test wants.
    {ok, Last} = wait_connect(60),
    {ok, <<"end">>} = gen_tcp:recv(Last, 3, 120000),
    ok = network:stop().

%% The sum of all bytes, 32 bits of it.
transfer(Socket, Sum) ->
    case gen_tcp:recv(Socket, 0, 120000) of
        {ok, Bytes} -> transfer(Socket, sum(Bytes, Sum));
        {error, closed} -> Sum;
        %% The link was away for long.
        {error, Reason} -> Reason
    end.

sum(<<Byte, Rest/binary>>, Sum) -> sum(Rest, (Sum * 31 + Byte) band 16#ffffff);
sum(<<>>, Sum) -> Sum.

wait_connect(0) -> {error, timeout};
wait_connect(Left) ->
    case gen_tcp:connect(?HOST, ?PORT, [binary, {active, false}], 5000) of
        {ok, Socket} -> {ok, Socket};
        {error, _} -> receive after 1000 -> wait_connect(Left - 1) end
    end.

%% Each second, how late the timer was at most.
tick(Start, Count) ->
    receive after 10 -> ok end,
    Now = erlang:monotonic_time(millisecond),
    case Now - Start of
        Late when Late > 500 -> erlang:display({late, Late});
        _ -> ok
    end,
    case Count rem 100 of
        0 -> erlang:display({tick, Count div 100});
        _ -> ok
    end,
    tick(Now, Count + 1).
