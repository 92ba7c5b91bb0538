-module(my_app).
-compile([no_auto_import, nowarn_unused_vars, nowarn_unused_function, nowarn_nomatch, inline]).
-define(FILEPATH, "src/my_app.gleam").
-export([other/1, start/0]).
-export_type([level/0, done/0]).

-if(?OTP_RELEASE >= 27).
-define(MODULEDOC(Str), -moduledoc(Str)).
-define(DOC(Str), -doc(Str)).
-else.
-define(MODULEDOC(Str), -compile([])).
-define(DOC(Str), -compile([])).
-endif.

?MODULEDOC(" A lamp that blinks, until a button is pressed.").

-type level() :: high | low.

-type done() :: any().

-file("src/my_app.gleam", 26).
-spec say(binary()) -> done().
say(Text) ->
    my_app_ffi:say(Text).

-file("src/my_app.gleam", 21).
-spec write(integer(), level()) -> done().
write(Pin, Level) ->
    gpio:digital_write(Pin, Level).

-file("src/my_app.gleam", 29).
-spec open_lamp(integer()) -> {ok, nil} | {error, nil}.
open_lamp(Pin) ->
    my_app_ffi:open_lamp(Pin).

-file("src/my_app.gleam", 32).
-spec watch_button(integer()) -> nil.
watch_button(Pin) ->
    my_app_ffi:watch_button(Pin).

-file("src/my_app.gleam", 35).
-spec is_pressed(integer(), integer()) -> boolean().
is_pressed(Pin, Milliseconds) ->
    my_app_ffi:is_pressed(Pin, Milliseconds).

-file("src/my_app.gleam", 60).
-spec other(level()) -> level().
other(Level) ->
    case Level of
        high ->
            low;

        low ->
            high
    end.

-file("src/my_app.gleam", 52).
-spec blink(level()) -> done().
blink(Level) ->
    gpio:digital_write(2, Level),
    case my_app_ffi:is_pressed(9, 500) of
        true ->
            gpio:digital_write(2, low);

        false ->
            blink(other(Level))
    end.

-file("src/my_app.gleam", 38).
-spec start() -> done().
start() ->
    case my_app_ffi:open_lamp(2) of
        {ok, _} ->
            my_app_ffi:watch_button(9),
            blink(high);

        {error, _} ->
            my_app_ffi:say(
                <<"There is no pin for the lamp here: emberl run --board mock has some."/utf8>>
            )
    end.
