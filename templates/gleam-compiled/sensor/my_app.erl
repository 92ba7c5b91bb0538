-module(my_app).
-compile([no_auto_import, nowarn_unused_vars, nowarn_unused_function, nowarn_nomatch, inline]).
-define(FILEPATH, "src/my_app.gleam").
-export([celsius/1, start/0]).
-export_type([bus/0, done/0]).

-if(?OTP_RELEASE >= 27).
-define(MODULEDOC(Str), -moduledoc(Str)).
-define(DOC(Str), -doc(Str)).
-else.
-define(MODULEDOC(Str), -compile([])).
-define(DOC(Str), -compile([])).
-endif.

?MODULEDOC(" A sensor that runs for months from a battery: it measures, tells a web server, and sleeps. A board that wakes up from\n deep sleep starts anew, so there is no loop here.").

-type bus() :: any().

-type done() :: any().

-file("src/my_app.gleam", 26).
-spec say(binary()) -> done().
say(Text) ->
    my_app_ffi:say(Text).

-file("src/my_app.gleam", 29).
-spec int_to_float(integer()) -> float().
int_to_float(Number) ->
    erlang:float(Number).

-file("src/my_app.gleam", 32).
-spec deep_sleep(integer()) -> done().
deep_sleep(Milliseconds) ->
    esp:deep_sleep(Milliseconds).

-file("src/my_app.gleam", 35).
-spec connect() -> {ok, binary()} | {error, binary()}.
connect() ->
    my_app_wifi:connect().

-file("src/my_app.gleam", 40).
-spec open(integer(), integer()) -> {ok, bus()} | {error, nil}.
open(Scl, Sda) ->
    my_app_ffi:open(Scl, Sda).

-file("src/my_app.gleam", 43).
-spec read(bus(), integer(), integer(), integer()) -> {ok, bitstring()} | {error, binary()}.
read(Bus, Address, Register, Count) ->
    my_app_ffi:read(Bus, Address, Register, Count).

-file("src/my_app.gleam", 51).
-spec one_decimal(float()) -> binary().
one_decimal(Number) ->
    my_app_ffi:one_decimal(Number).

-file("src/my_app.gleam", 54).
-spec post(binary(), binary()) -> {ok, binary()} | {error, binary()}.
post(Url, Text) ->
    my_app_ffi:post(Url, Text).

-file("src/my_app.gleam", 77).
-spec celsius(bitstring()) -> float().
celsius(Bytes) ->
    case Bytes of
        <<Sixteenths:12/signed, _:4>> ->
            erlang:float(Sixteenths) * 0.0625;

        _ ->
            +0.0
    end.

-file("src/my_app.gleam", 86).
-spec report(float()) -> done().
report(Celsius) ->
    Text = my_app_ffi:one_decimal(Celsius),
    my_app_ffi:say(<<Text/binary, " degrees"/utf8>>),
    case my_app_wifi:connect() of
        {ok, _} ->
            case my_app_ffi:post(<<"http://127.0.0.1:8080/temperature"/utf8>>, Text) of
                {ok, Status} ->
                    my_app_ffi:say(
                        <<"the server's answer: "/utf8, Status/binary>>
                    );

                {error, Reason} ->
                    my_app_ffi:say(
                        <<"no answer from the server: "/utf8, Reason/binary>>
                    )
            end;

        {error, Reason@1} ->
            my_app_ffi:say(
                <<"no network: "/utf8, Reason@1/binary>>
            )
    end.

-file("src/my_app.gleam", 68).
-spec measure(bus()) -> done().
measure(Bus) ->
    case my_app_ffi:read(Bus, 16#48, 0, 2) of
        {ok, Bytes} ->
            report(celsius(Bytes));

        {error, Reason} ->
            my_app_ffi:say(
                <<"no answer from the thermometer: "/utf8, Reason/binary>>
            )
    end.

-file("src/my_app.gleam", 57).
-spec start() -> done().
start() ->
    case my_app_ffi:open(9, 8) of
        {ok, Bus} ->
            measure(Bus),
            esp:deep_sleep(60000);

        {error, _} ->
            my_app_ffi:say(
                <<"There is no I2C bus here: emberl run --board mock has some."/utf8>>
            )
    end.
