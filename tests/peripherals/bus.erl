%% I2C: each call, by a process and without one.
-module(bus).
-export([start/0]).

start() ->
    ports(),
    nifs(),
    wrong(),
    silent(),
    owners(),
    ok.

ports() ->
    I2C = i2c:open([{scl, 9}, {sda, 8}, {clock_speed_hz, 100000}, {peripheral, "i2c0"}, {send_timeout_ms, 10000}]),
    all(I2C),
    %% One that is in a transmission has the bus.
    ok = i2c:begin_transmission(I2C, 16#76),
    Self = self(),
    {error, {einprogress, Self}} = i2c:begin_transmission(I2C, 16#76),
    {error, {einprogress, Self}} = i2c:read_bytes(I2C, 16#76, 1),
    other(fun() -> {error, {einprogress, Self}} = i2c:write_byte(I2C, 1) end),
    other(fun() -> {error, {einprogress, Self}} = i2c:end_transmission(I2C) end),
    ok = i2c:end_transmission(I2C),
    {error, {einprogress, undefined}} = i2c:end_transmission(I2C),
    %% And gives it up when it ends.
    other(fun() -> ok = i2c:begin_transmission(I2C, 16#76) end),
    {ok, <<16#58>>} = i2c:read_bytes(I2C, 16#76, 16#d0, 1),
    {'EXIT', {badarg, _}} = (catch i2c:read_bytes(I2C, 16#76, many)),
    {'EXIT', {badarg, _}} = (catch i2c:write_bytes(I2C, 16#76, 256)),
    ok = i2c:close(I2C),
    {error, noproc} = i2c:read_bytes(I2C, 16#76, 1).

nifs() ->
    I2C = i2c:open([{use_nif, true}, {scl_io_num, 9}, {sda_io_num, 8}, {i2c_clock_hz, 400000}, {i2c_num, 1}, {send_timeout_ms, 10000}]),
    {'$i2c', _, _} = I2C,
    {error, esp_fail} = i2c:read_bytes(I2C, 16#76, 1),
    ok = i2c:close(I2C),
    {'EXIT', {badarg, _}} = (catch i2c:read_bytes(I2C, 16#76, 1)),
    Again = i2c:open_nif([{scl, 9}, {sda, 8}, {clock_speed_hz, 400000}, {peripheral, <<"i2c0">>}, {send_timeout_ms, 10000}]),
    all(Again),
    {ok, <<16#60>>} = i2c:read_bytes_nif(Again, {16#76, 1, 16#d1}),
    ok = i2c:write_bytes_nif(Again, {16#76, 1}),
    ok = i2c:begin_transmission_nif(Again, 16#76),
    ok = i2c:enqueue_write_bytes_nif(Again, <<1>>),
    ok = i2c:end_transmission_nif(Again),
    ok = i2c:close_nif(Again).

all(I2C) ->
    {ok, <<16#58, 16#60>>} = i2c:read_bytes(I2C, 16#76, 16#d0, 2),
    ok = i2c:write_bytes(I2C, 16#76, 16#f4, <<16#27>>),
    ok = i2c:write_bytes(I2C, 16#76, 16#f4, 16#28),
    {ok, <<16#28>>} = i2c:read_bytes(I2C, 16#76, 16#f4, 1),
    ok = i2c:write_bytes(I2C, 16#40, <<16#f3>>),
    {ok, <<1, 2, 3>>} = i2c:read_bytes(I2C, 16#40, 3),
    ok = i2c:begin_transmission(I2C, 16#76),
    ok = i2c:write_byte(I2C, 16#f4),
    ok = i2c:write_bytes(I2C, <<16#29>>),
    ok = i2c:end_transmission(I2C),
    {ok, <<16#29>>} = i2c:read_bytes(I2C, 16#76, 16#f4, 1),
    %% Nobody answers.
    {error, esp_fail} = i2c:read_bytes(I2C, 16#77, 1),
    {error, esp_fail} = i2c:write_bytes(I2C, 16#77, 1),
    ok = i2c:begin_transmission(I2C, 16#77),
    {error, esp_fail} = i2c:end_transmission(I2C),
    {error, esp_err_invalid_arg} = i2c:read_bytes(I2C, 16#80, 1).

%% A bus, a pin, an option that cannot be.
wrong() ->
    Good = [{scl, 9}, {sda, 8}, {clock_speed_hz, 100000}],
    [
        {'EXIT', {badarg, _}} = (catch i2c:open(Options))
     || Options <- [
            [],
            [{scl, 9}, {sda, 8}],
            [{scl, 9}, {sda, 9}, {clock_speed_hz, 100000}],
            [{scl, 99}, {sda, 8}, {clock_speed_hz, 100000}],
            [{peripheral, "i2c7"} | Good],
            [{peripheral, "uart"} | Good]
        ]
    ],
    ok = gpio:set_pin_mode(9, output),
    {'EXIT', {badarg, _}} = (catch i2c:open(Good)),
    ok = gpio:deinit(9),
    I2C = i2c:open(Good),
    {'EXIT', {badarg, _}} = (catch i2c:open(Good)),
    error = gpio:digital_read(9),
    ok = i2c:close(I2C).

%% Somebody holds the bus.
silent() ->
    I2C = i2c:open([{scl, 9}, {sda, 8}, {clock_speed_hz, 100000}, {send_timeout_ms, 20}]),
    {error, esp_err_timeout} = i2c:read_bytes(I2C, 16#41, 1),
    {error, esp_err_timeout} = i2c:write_bytes(I2C, 16#41, 1, 2),
    ok = i2c:begin_transmission(I2C, 16#41),
    ok = i2c:write_byte(I2C, 1),
    {error, esp_err_timeout} = i2c:end_transmission(I2C),
    ok = i2c:close(I2C).

%% A bus is free again when who opened it crashes, and stays when that comes to its end.
owners() ->
    Good = [{scl, 9}, {sda, 8}, {clock_speed_hz, 100000}, {send_timeout_ms, infinity}],
    crashes(Good, 300),
    Self = self(),
    _ = spawn(fun() -> Self ! {bus, i2c:open(Good)} end),
    receive {bus, I2C} -> ok end,
    receive after 5 -> ok end,
    {ok, _} = i2c:read_bytes(I2C, 16#76, 16#d0, 1),
    ok = i2c:close(I2C).

crashes(_, 0) ->
    ok;
crashes(Good, Count) ->
    {_, Monitor} = spawn_monitor(fun() -> _ = i2c:open(Good), exit(crash) end),
    receive {'DOWN', Monitor, _, _, crash} -> ok end,
    free(Good),
    crashes(Good, Count - 1).

free(Good) ->
    case catch i2c:open(Good) of
        {'EXIT', {badarg, _}} -> erlang:yield(), free(Good);
        I2C -> ok = i2c:close(I2C)
    end.

other(Does) ->
    {_, Monitor} = spawn_monitor(Does),
    receive {'DOWN', Monitor, _, _, normal} -> ok end.
