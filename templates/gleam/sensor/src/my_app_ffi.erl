%% The bus and the web server, as my_app.gleam declares them: answers that are Gleam's `Ok` and `Error`, and texts.
-module(my_app_ffi).
-export([open/2, read/4, one_decimal/1, post/2]).

open(Scl, Sda) ->
    try
        {ok, i2c:open([{scl, Scl}, {sda, Sda}, {clock_speed_hz, 100000}])}
    catch
        error:badarg -> {error, nil}
    end.

read(Bus, Address, Register, Count) ->
    case i2c:read_bytes(Bus, Address, Register, Count) of
        {ok, Bytes} -> {ok, Bytes};
        {error, Reason} -> {error, text(Reason)}
    end.

one_decimal(Number) ->
    float_to_binary(Number, [{decimals, 1}]).

post(Url, Text) ->
    case http_client:post(Url, [{"content-type", "text/plain"}], Text, #{timeout => 10000}) of
        {ok, #{status := Status}} -> {ok, integer_to_binary(Status)};
        {error, Reason} -> {error, text(Reason)}
    end.

text(Reason) ->
    iolist_to_binary(io_lib:format("~p", [Reason])).
