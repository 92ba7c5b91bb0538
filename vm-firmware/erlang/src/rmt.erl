%% Trains of pulses with exact times, for lamps with one data line, remote controls, and the like: Espressif's remote control
%% transceiver (RMT), which sends. AtomVM has no module for it.
%%
%% A pulse is {high, Ticks} or {low, Ticks}. A train is sent whole before send/2 returns, and nothing else runs meanwhile: one that
%% takes longer than a second, or has more than 65536 pulses, is {error, einval}.
-module(rmt).
-export([open/1, close/1, send/2, send_bits/4]).

-define(RESOLUTION, 10000000).
-define(LONGEST, 16#7fff).

%% Options, as a list or a map: `pin`; `resolution`, ticks a second (10000000); `idle`, the level between trains (low); `carrier`,
%% {Hertz, PerCent}, of which high levels are made then. It belongs to the process that calls this.
open(Options) when is_list(Options) ->
    open(maps:from_list(Options));
open(#{pin := Pin} = Options) ->
    Config = {
        Pin,
        get(resolution, Options, ?RESOLUTION),
        level(get(idle, Options, low)),
        get(carrier, Options, undefined)
    },
    case emberl_board:rmt_open(Config) of
        {ok, Handle} -> {ok, {'$rmt', Handle, make_ref()}};
        {error, Reason} -> {error, Reason}
    end;
open(_) ->
    error(badarg).

get(Key, Options, Default) ->
    case Options of
        #{Key := Value} -> Value;
        _ -> Default
    end.

close({'$rmt', Handle, _}) ->
    emberl_board:close(Handle);
close(_) ->
    error(badarg).

send({'$rmt', Handle, _}, Pulses) when is_list(Pulses) ->
    emberl_board:rmt_send(Handle, <<0>>, 1, words(Pulses), <<>>);
send(_, _) ->
    error(badarg).

%% Sends a bitstring, each bit as the pulses of a zero or of a one.
send_bits({'$rmt', Handle, _}, Bits, Zero, One) when is_bitstring(Bits), is_list(Zero), is_list(One) ->
    Count = bit_size(Bits),
    Missing = (8 - Count rem 8) rem 8,
    emberl_board:rmt_send(Handle, <<Bits/bitstring, 0:Missing>>, Count, words(Zero), words(One));
send_bits(_, _, _, _) ->
    error(badarg).

%% The pulses as words: bit 15 is the level, the ticks are below. What is longer is more than one word.
words(Pulses) ->
    iolist_to_binary(encoded(Pulses)).

encoded([{Level, Ticks} | Rest]) when is_integer(Ticks), Ticks > 0, Ticks < 1 bsl 31 ->
    [word(level(Level), Ticks) | encoded(Rest)];
encoded([]) ->
    [];
encoded(_) ->
    error(badarg).

word(Level, Ticks) when Ticks > ?LONGEST ->
    [<<Level:1, ?LONGEST:15>> | word(Level, Ticks - ?LONGEST)];
word(Level, Ticks) ->
    [<<Level:1, Ticks:15>>].

level(low) -> 0;
level(high) -> 1;
level(0) -> 0;
level(1) -> 1;
level(_) -> error(badarg).
