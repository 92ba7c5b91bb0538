%% What a bus answers too late, to another, or wrongly.
-module(silence).
-export([start/0]).

start() ->
    Short = i2c:open([{scl, 9}, {sda, 8}, {clock_speed_hz, 100000}, {send_timeout_ms, 20}]),
    I2C = i2c:open([{peripheral, "i2c1"}, {scl, 1}, {sda, 2}, {clock_speed_hz, 100000}, {send_timeout_ms, 60000}]),
    {error, esp_err_timeout} = i2c:read_bytes(Short, 16#10, 1),
    {ok, <<2>>} = i2c:read_bytes(I2C, 16#11, 1),
    {error, esp_fail} = i2c:read_bytes(I2C, 16#12, 2),
    {error, esp_fail} = i2c:read_bytes(I2C, 16#13, 2),
    {error, esp_fail} = i2c:write_bytes(I2C, 16#14, <<1, 2>>),
    ok = i2c:write_bytes(I2C, 16#15, binary:copy(<<16#a5>>, 5000)),
    {ok, Long} = i2c:read_bytes(I2C, 16#16, 65536),
    Long = binary:copy(<<16#5a>>, 65536),
    ok = i2c:close(Short),
    ok = i2c:close(I2C),
    ok.
