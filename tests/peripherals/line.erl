%% Serial ports: each call, and what waits.
-module(line).
-export([start/0]).

start() ->
    Uart = uart:open("UART1", [{tx, 4}, {rx, 5}, {speed, 9600}]),
    ok = uart:write(Uart, [<<"AT">>, "\r\n"]),
    {ok, <<"OK\r\n">>} = uart:read(Uart),
    %% By the time: a part, and the rest.
    {error, timeout} = uart:read(Uart, 5),
    ok = uart:write(Uart, "LATER\n"),
    {ok, <<"there">>} = uart:read(Uart, 5000),
    %% One reads at a time.
    Self = self(),
    spawn(fun() -> Self ! {read, uart:read(Uart)} end),
    receive after 5 -> ok end,
    {error, ealready} = uart:read(Uart),
    ok = uart:write(Uart, "AT\r\n"),
    receive {read, {ok, <<"OK\r\n">>}} -> ok end,
    %% The other side takes eight bytes, and later more: nothing is lost, and the order stays.
    spawn(fun() -> Self ! {written, uart:write(Uart, "0123456789abcdef")} end),
    receive after 5 -> ok end,
    ok = uart:write(Uart, "then this"),
    receive {written, ok} -> ok end,
    %% Longer than the machine takes at a time.
    ok = uart:write(Uart, binary:copy(<<"long">>, 30000)),
    {'EXIT', {badarg, _}} = (catch uart:write(Uart, [atom])),
    {'EXIT', _} = (catch uart:write(nobody, "a")),
    {'EXIT', _} = (catch uart:read(nobody)),
    spawn(fun() -> Self ! {read, uart:read(Uart)} end),
    receive after 5 -> ok end,
    ok = uart:close(Uart),
    receive {read, {error, noproc}} -> ok end,
    {error, noproc} = uart:read(Uart),
    {error, noproc} = uart:write(Uart, "x"),
    [
        {'EXIT', {badarg, _}} = (catch uart:open(Options))
     || Options <- [
            [{peripheral, "UART7"}],
            [{peripheral, <<"USB">>}],
            [{peripheral, "UART1"}, {tx, 99}],
            [{peripheral, "UART1"}, {data_bits, 9}],
            [{peripheral, "UART1"}, {parity, maybe}],
            [{peripheral, "UART1"}, {flow_control, software}]
        ]
    ],
    Two = uart:open([{peripheral, <<"UART2">>}, {tx_pin, 4}, {rx_pin, -1}, {parity, even}, {stop_bits, 2}]),
    ok = uart:close(Two),
    ok.
