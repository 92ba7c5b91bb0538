%% A sensor that runs for months from a battery: it measures, tells a web server, and sleeps. A board that wakes up from deep
%% sleep starts anew, so there is no loop here.
-module(my_app).
-export([start/0, celsius/1]).

%% A thermometer LM75 or TMP102 on an I2C bus: its address, and the register with the temperature.
-define(SCL, 9).
-define(SDA, 8).
-define(THERMOMETER, 16#48).
-define(TEMPERATURE, 0).
%% Where the temperature goes: the address of your own server. (On a board, 127.0.0.1 is the board itself.)
-define(URL, "http://127.0.0.1:8080/temperature").
%% Milliseconds.
-define(SLEEP, 60000).

start() ->
    try i2c:open([{scl, ?SCL}, {sda, ?SDA}, {clock_speed_hz, 100000}]) of
        Bus ->
            measure(Bus),
            esp:deep_sleep(?SLEEP)
    catch
        error:badarg ->
            erlang:display("There is no I2C bus here: emberl run --board mock has some."),
            ok
    end.

measure(Bus) ->
    case i2c:read_bytes(Bus, ?THERMOMETER, ?TEMPERATURE, 2) of
        {ok, Bytes} -> report(celsius(Bytes));
        {error, Reason} -> erlang:display({no_thermometer, Reason})
    end.

%% The first 12 bits are sixteenths of a degree; bit syntax takes them, with their sign.
celsius(<<Sixteenths:12/signed, _:4>>) ->
    Sixteenths / 16.

%% Nothing here may keep the board awake: what goes wrong is told, and the next measurement comes after the sleep.
%% erlang:display/1 prints any term; `io:format/2` could say it nicer, and would add much of OTP to the pack.
report(Celsius) ->
    Text = float_to_binary(Celsius, [{decimals, 1}]),
    erlang:display({celsius, Text}),
    case my_app_wifi:connect() of
        {ok, _} -> tell(http_client:post(?URL, [{"content-type", "text/plain"}], Text, #{timeout => 10000}));
        {error, Reason} -> erlang:display({no_network, Reason})
    end.

tell({ok, #{status := Status}}) -> erlang:display({answer, Status});
tell({error, Reason}) -> erlang:display({no_answer, Reason}).
