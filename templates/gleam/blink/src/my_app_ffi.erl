%% The pins, as my_app.gleam declares them: answers that are Gleam's `Ok` and `Error`, `Nil` and `Bool`.
-module(my_app_ffi).
-export([say/1, open_lamp/1, watch_button/1, is_pressed/2]).

%% Prints any term. `io:format/2` could say it nicer, and would add much of OTP to the pack.
say(Text) ->
    erlang:display(Text),
    ok.

open_lamp(Pin) ->
    case gpio:set_pin_mode(Pin, output) of
        ok -> {ok, nil};
        error -> {error, nil}
    end.

%% The button connects its pin to ground; the resistor inside of the board pulls it up otherwise. This process gets a
%% message when it is pressed.
watch_button(Pin) ->
    ok = gpio:set_pin_mode(Pin, input),
    ok = gpio:set_pin_pull(Pin, up),
    ok = gpio:set_int(gpio:start(), Pin, falling),
    nil.

%% Whether it is pressed within so many milliseconds.
is_pressed(Pin, Milliseconds) ->
    receive
        {gpio_interrupt, Pin} -> true
    after Milliseconds -> false
    end.
