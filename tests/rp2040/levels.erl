%% Pins: driven, read, watched, and those that a program cannot have; pulses on one.
-module(levels).
-export([start/0]).

start() ->
    ok = gpio:set_pin_mode(25, output),
    ok = gpio:digital_write(25, high),
    ok = gpio:digital_write(25, low),
    %% Driven low or left alone.
    ok = gpio:set_pin_mode(6, output_od),
    ok = gpio:digital_write(6, low),
    ok = gpio:digital_write(6, high),
    ok = gpio:set_pin_mode(2, input),
    low = gpio:digital_read(2),
    Gpio = gpio:start(),
    ok = gpio:set_int(Gpio, 2, both),
    erlang:display(watching),
    receive {gpio_interrupt, 2} -> high = gpio:digital_read(2) end,
    erlang:display(rose),
    receive {gpio_interrupt, 2} -> low = gpio:digital_read(2) end,
    ok = gpio:remove_int(Gpio, 2),
    erlang:display(unwatched),
    nothing = receive Any -> Any after 20 -> nothing end,
    %% The console's, and one that is not there.
    [error = gpio:digital_read(Pin) || Pin <- [0, 1, 30, 31]],
    ok = ledc:timer_config([{duty_resolution, 10}, {freq_hz, 5000}, {speed_mode, 0}, {timer_num, 0}]),
    ok = ledc:channel_config([
        {channel, 0}, {duty, 512}, {gpio_num, 16}, {speed_mode, 0}, {hpoint, 0}, {timer_sel, 0}
    ]),
    5000 = ledc:get_freq(0, 0),
    512 = ledc:get_duty(0, 0),
    erlang:display(pulses),
    receive after 5 -> ok end,
    ok = ledc:stop(0, 0, 0),
    ok.
