%% No test is around the board: its pins float, nobody answers on its buses, and there is nothing else but itself.
-module(alone).
-export([start/0]).

start() ->
    low = gpio:digital_read(4),
    ok = gpio:set_pin_pull(4, up),
    high = gpio:digital_read(4),
    ok = gpio:set_pin_mode(5, output),
    ok = gpio:digital_write(5, high),
    high = gpio:digital_read(5),
    error = gpio:digital_read(22),
    I2C = i2c:open([{scl, 9}, {sda, 8}, {clock_speed_hz, 100000}]),
    {error, esp_fail} = i2c:read_bytes(I2C, 16#76, 1),
    {error, esp_fail} = i2c:write_bytes(I2C, 16#76, 1),
    ok = i2c:close(I2C),
    {'EXIT', {badarg, _}} = (catch i2c:open([{scl, 9}, {sda, 8}, {clock_speed_hz, 1}, {peripheral, "i2c2"}])),
    {'EXIT', {badarg, _}} = (catch spi:open([{bus_config, [{sclk, 1}, {mosi, 2}]}])),
    {'EXIT', {badarg, _}} = (catch uart:open("UART1", [])),
    {error, 262} = ledc:timer_config([{timer_num, 0}, {freq_hz, 1000}, {duty_resolution, 8}]),
    {ok, Unit} = esp_adc:init(),
    {error, enotsup} = esp_adc:acquire(2, Unit),
    {error, 262} = esp:task_wdt_init({1000, 0, true}),
    {'EXIT', {badarg, _}} = (catch esp:get_mac(wifi_sta)),
    esp_rst_poweron = esp:reset_reason(),
    undefined = esp:sleep_get_wakeup_cause(),
    10000000 = esp:freq_hz(),
    ok.
