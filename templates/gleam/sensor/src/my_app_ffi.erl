%% The bus and the web server, as my_app.gleam declares them: answers that are Gleam's `Ok` and `Error`, and texts.
-module(my_app_ffi).
-export([say/1, open/2, read/4, one_decimal/1, post/2]).

%% Prints any term. `io:format/2` could say it nicer, and would add much of OTP to the pack.
say(Text) ->
    erlang:display(Text),
    ok.

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

%% Most reasons are atoms. The others are for Erlang's eyes only.
text(Reason) when is_atom(Reason) ->
    atom_to_binary(Reason);
text(Reason) ->
    erlang:display(Reason),
    <<"see above">>.
