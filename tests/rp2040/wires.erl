%% Buses, serial ports and analogue inputs, with what is at their other end.
-module(wires).
-export([start/0]).

start() ->
    serial(),
    i2c(),
    spi(),
    inputs(),
    ok.

serial() ->
    Uart = uart:open("UART1", [{tx, 4}, {rx, 5}, {speed, 9600}]),
    ok = uart:write(Uart, "ready\n"),
    erlang:display(listening),
    {ok, <<"ping\r\n">>} = line(Uart, <<>>),
    ok = uart:write(Uart, [<<"pong, more than the port keeps at once: ">>, binary:copy(<<"x">>, 100), "\n"]),
    {error, timeout} = uart:read(Uart, 5),
    ok = uart:close(Uart),
    %% The console's, and pins of the other port.
    [{'EXIT', {badarg, _}} = (catch uart:open([{peripheral, "UART1"}, {tx, Pin}, {rx, 5}])) || Pin <- [0, 9, 12]],
    {'EXIT', _} = (catch uart:open("UART0", [])).

line(Uart, Before) ->
    {ok, More} = uart:read(Uart, 1000),
    case <<Before/binary, More/binary>> of
        <<_:5/binary, "\n">> = Line -> {ok, Line};
        Part -> line(Uart, Part)
    end.

i2c() ->
    I2C = i2c:open([{scl, 9}, {sda, 8}, {clock_speed_hz, 100000}, {peripheral, "i2c0"}]),
    {ok, <<16#58, 16#60>>} = i2c:read_bytes(I2C, 16#76, 16#d0, 2),
    ok = i2c:write_bytes(I2C, 16#76, 16#f4, <<16#27, 16#28>>),
    {ok, <<16#27, 16#28>>} = i2c:read_bytes(I2C, 16#76, 16#f4, 2),
    %% More than the bus keeps.
    {ok, <<1, 2, 3, _:40/binary>>} = i2c:read_bytes(I2C, 16#76, 1, 43),
    {error, esp_fail} = i2c:read_bytes(I2C, 16#77, 1),
    {error, esp_fail} = i2c:write_bytes(I2C, 16#77, 1),
    {ok, <<16#60>>} = i2c:read_bytes(I2C, 16#76, 16#d1, 1),
    ok = i2c:close(I2C),
    {'EXIT', {badarg, _}} = (catch i2c:open([{scl, 8}, {sda, 9}, {clock_speed_hz, 100000}, {peripheral, "i2c0"}])),
    erlang:display(i2c).

spi() ->
    SPI = spi:open([
        {bus_config, [{sclk, 18}, {mosi, 19}, {miso, 16}, {peripheral, "spi0"}]},
        {device_config, [{raw, [{cs, 17}, {clock_speed_hz, 8000000}, {mode, 0}, {address_len_bits, 0}]}]}
    ]),
    Sent = <<"forty bytes, five times what the bus has">>,
    Answer = << <<(Byte bxor 255)>> || <<Byte>> <= Sent >>,
    {ok, Answer} = spi:write_read(SPI, raw, #{write_data => Sent}),
    ok = spi:close(SPI),
    erlang:display(spi).

inputs() ->
    {ok, Unit} = esp_adc:init(),
    {ok, Channel} = esp_adc:acquire(26, Unit),
    {ok, {2048, 1650}} = esp_adc:sample(Channel, Unit),
    ok = esp_adc:release_channel(Channel),
    {ok, Less} = esp_adc:acquire(27, Unit, bit_9, db_12),
    {ok, {511, 3300}} = esp_adc:sample(Less, Unit),
    ok = esp_adc:release_channel(Less),
    %% The chip's temperature: 27 degrees less a 1.721st of the millivolts above 706.
    {ok, Sensor} = esp_adc:acquire(30, Unit),
    {ok, {876, 705}} = esp_adc:sample(Sensor, Unit),
    {'EXIT', {badarg, _}} = (catch esp_adc:acquire(25, Unit)),
    erlang:display(inputs).
