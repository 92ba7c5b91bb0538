%% SPI: each call.
-module(wires).
-export([start/0]).

start() ->
    SPI = spi:open([
        {bus_config, [{sclk, 6}, {mosi, 7}, {miso, 2}, {peripheral, "spi2"}]},
        {device_config, [
            {flash, [{cs, 10}, {clock_speed_hz, 8000000}, {mode, 3}, {address_len_bits, 24}, {command_len_bits, 8}]},
            {sensor, #{cs => 11, clock_speed_hz => 1000000, mode => 0, address_len_bits => 8}},
            {raw, [{address_len_bits, 0}]}
        ]}
    ]),
    %% Registers: the answer comes behind the address.
    {ok, 16#55} = spi:read_at(SPI, sensor, 16#0f, 8),
    {ok, 16#1234} = spi:read_at(SPI, sensor, 16#28, 16),
    {ok, _} = spi:write_at(SPI, sensor, 16#20, 8, 16#77),
    %% Commands, addresses and data.
    ok = spi:write(SPI, flash, #{command => 6, address => 16#010203, write_data => <<9>>}),
    {ok, <<16#ef, 16#40, 16#18>>} = spi:write_read(SPI, flash, #{command => 16#9f, read_bits => 24}),
    {ok, <<16#aa, 16#bb>>} = spi:write_read(SPI, raw, #{write_data => <<1, 2>>}),
    {ok, <<16#aa, 16#b0>>} = spi:write_read(SPI, raw, #{write_data => <<1, 2>>, read_bits => 12}),
    ok = spi:write(SPI, raw, #{write_data => <<1, 2>>, write_bits => 8}),
    ok = spi:write(SPI, raw, #{}),
    %% What cannot be.
    {error, einval} = spi:write(SPI, raw, #{write_data => <<1, 2>>, write_bits => 9}),
    {error, badarg} = spi:write(SPI, raw, #{write_data => <<1>>, write_bits => 9}),
    {error, badarg} = spi:write(SPI, raw, #{write_data => text}),
    {error, badarg} = spi:write(SPI, flash, #{command => 65536}),
    {error, badarg} = spi:write_read(SPI, raw, #{read_bits => many}),
    {error, device_not_found} = spi:write(SPI, nobody, #{}),
    {error, device_not_found} = spi:read_at(SPI, nobody, 0, 8),
    {'EXIT', _} = (catch spi:write(SPI, raw, [])),
    error = gpio:digital_read(10),
    Bus = {bus_config, [{sclk, 6}, {mosi, 7}, {miso, 2}]},
    [
        {'EXIT', {badarg, _}} = (catch spi:open(Params))
     || Params <- [
            [],
            [Bus],
            [{bus_config, [{sclk, 30}, {mosi, 31}, {peripheral, "spi9"}]}],
            [{bus_config, [{sclk, 30}, {peripheral, "spi3"}]}],
            [{bus_config, [{sclk, 30}, {mosi, 99}, {peripheral, "spi3"}]}],
            [{bus_config, [{mosi, 30}, {peripheral, "spi3"}]}],
            [{bus_config, [{sclk, 30}, {mosi, 31}, {peripheral, 3}]}, {device_config, [{d, [{cs, 10}]}]}],
            [{bus_config, [{sclk, 30}, {mosi, 31}, {peripheral, 3}]}, {device_config, [{d, [{mode, 4}]}]}],
            [{bus_config, [{sclk, 30}, {mosi, 31}, {peripheral, 3}]}, {device_config, [odd]}]
        ]
    ],
    ok = spi:close(SPI),
    {error, noproc} = spi:write(SPI, raw, #{}),
    %% All is free again, also what was half opened.
    Again = spi:open(#{
        bus_config => #{sclk => 30, mosi => 31, peripheral => vspi}, device_config => #{d => #{cs => 10}}
    }),
    ok = spi:close(Again),
    ok.
