%% Pins: each call of gpio, and what watches them.
-module(pins).
-export([start/0]).

start() ->
    ok = gpio:init(5),
    ok = gpio:set_pin_mode(5, output),
    ok = gpio:digital_write(5, high),
    ok = gpio:digital_write(5, 0),
    ok = gpio:set_pin_mode(6, output_od),
    ok = gpio:set_pin_mode(4, input),
    high = gpio:digital_read(4),
    ok = gpio:set_pin_pull(7, up),
    high = gpio:digital_read(7),
    ok = gpio:set_pin_pull(7, floating),
    low = gpio:digital_read(7),
    ok = gpio:hold_en(5),
    ok = gpio:hold_dis(5),
    ok = gpio:deep_sleep_hold_en(),
    ok = gpio:deep_sleep_hold_dis(),
    error = gpio:wakeup_enable(4, low),
    %% What cannot be.
    error = gpio:set_pin_mode(22, input),
    error = gpio:set_pin_mode(-1, input),
    error = gpio:set_pin_mode(300, input),
    error = gpio:set_pin_mode(4, sideways),
    error = gpio:set_pin_pull(4, over),
    error = gpio:digital_write(5, 2),
    error = gpio:digital_write(nowhere, 1),
    error = gpio:digital_read(22),
    error = gpio:deinit(22),
    %% The process.
    undefined = whereis(gpio),
    ok = gpio:stop(),
    Gpio = gpio:start(),
    Gpio = gpio:start(),
    {'EXIT', {badarg, _}} = (catch gpio:open()),
    ok = gpio:set_direction(Gpio, 8, output),
    ok = gpio:set_level(Gpio, 8, high),
    error = gpio:set_level(Gpio, 8, up),
    high = gpio:read(Gpio, 4),
    error = gpio:read(Gpio, 22),
    %% Watched, and told.
    ok = gpio:set_int(Gpio, 10, rising),
    error = gpio:set_int(Gpio, 10, both),
    error = gpio:set_int(Gpio, 22, both),
    error = gpio:set_int(Gpio, 11, sideways),
    error = gpio:set_int(Gpio, 11, both, nobody),
    ok = gpio:set_pin_mode(15, output),
    ok = gpio:digital_write(15, high),
    receive {gpio_interrupt, 10} -> ok end,
    ok = gpio:remove_int(Gpio, 10),
    error = gpio:remove_int(Gpio, 10),
    %% By time, and for another process.
    Self = self(),
    Other = spawn(fun() -> receive {gpio_interrupt, Pin} -> Self ! {told, Pin} end end),
    ok = gpio:set_int(Gpio, 12, falling, Other),
    receive {told, 12} -> ok end,
    %% That has ended, and the watch with it.
    ok = gpio:set_int(Gpio, 12, both),
    ok = gpio:set_int(Gpio, 12, none),
    ok = gpio:set_int(Gpio, 4, high),
    receive {gpio_interrupt, 4} -> ok end,
    ok = gpio:detach_interrupt(4),
    ok = gpio:attach_interrupt(13, low),
    receive {gpio_interrupt, 13} -> ok end,
    ok = gpio:stop(),
    {error, noproc} = gpio:read(Gpio, 4),
    ok = gpio:deinit(5),
    %% A thousand processes that watch and end leave nothing.
    Again = gpio:start(),
    watchers(Again, 1000).

watchers(_, 0) ->
    ok;
watchers(Gpio, Count) ->
    {_, Monitor} = spawn_monitor(fun() -> ok = gpio:set_int(Gpio, 14, both) end),
    receive {'DOWN', Monitor, _, _, normal} -> ok end,
    watchers(Gpio, Count - 1).
