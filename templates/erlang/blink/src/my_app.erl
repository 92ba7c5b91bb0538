%% A lamp that blinks, until a button is pressed.
-module(my_app).
-export([start/0, other/1]).

%% The pins: the lamp is at 2 on many boards (the Raspberry Pi Pico: 25), the button that starts an ESP32-C3 at 9.
-define(LAMP, 2).
-define(BUTTON, 9).
%% Milliseconds.
-define(PAUSE, 500).

start() ->
    case gpio:set_pin_mode(?LAMP, output) of
        ok ->
            watch_button(),
            blink(high);
        error ->
            %% Prints any term. `io:format/2` could say it nicer, and would add much of OTP to the pack.
            erlang:display("There is no pin for the lamp here: emberl run --board mock has some."),
            ok
    end.

%% The button connects its pin to ground; the resistor inside of the board pulls it up otherwise. This process gets a
%% message when it is pressed.
watch_button() ->
    ok = gpio:set_pin_mode(?BUTTON, input),
    ok = gpio:set_pin_pull(?BUTTON, up),
    ok = gpio:set_int(gpio:start(), ?BUTTON, falling).

%% A loop is a function that calls itself last: it can run for years.
blink(Level) ->
    ok = gpio:digital_write(?LAMP, Level),
    receive
        {gpio_interrupt, ?BUTTON} -> gpio:digital_write(?LAMP, low)
    after ?PAUSE -> blink(other(Level))
    end.

other(high) -> low;
other(low) -> high.
