%% Analogue inputs, as AtomVM's programs use them: by init/0, acquire/2,4, sample/2,3; or by pins, start/1,2 and read/1,2,
%% over the process `adc_driver`. A pin that cannot be read so is `badarg`.
-module(esp_adc).
-export([init/0, deinit/1, acquire/2, acquire/4, release_channel/1, sample/2, sample/3]).
-export([start/0, start/1, start/2, read/1, read/2, stop/0, stop/1]).
-export([opened/1, called/3, heard/2]).

-define(SAMPLES, 64).
-define(DEFAULT, [raw, voltage, {samples, ?SAMPLES}]).

%% The unit is the machine's; there is nothing to be opened before a pin is.
init() ->
    {ok, {'$adc', unit, make_ref()}}.

deinit({'$adc', unit, _}) ->
    ok;
deinit(_) ->
    error(badarg).

acquire(Pin, Unit) ->
    acquire(Pin, Unit, bit_max, db_11).

acquire(Pin, {'$adc', unit, _}, Bits, Attenuation) ->
    case emberl_board:adc_open({Pin, bits(Bits), attenuation(Attenuation)}) of
        {ok, Handle} -> {ok, {'$adc', Handle, make_ref()}};
        {error, enodev} -> error(badarg);
        {error, Reason} -> {error, Reason}
    end;
acquire(_, _, _, _) ->
    error(badarg).

bits(bit_9) -> 9;
bits(bit_10) -> 10;
bits(bit_11) -> 11;
bits(bit_12) -> 12;
bits(bit_13) -> 13;
bits(bit_max) -> undefined;
bits(_) -> error(badarg).

attenuation(db_0) -> 0;
attenuation(db_2_5) -> 25;
attenuation(db_6) -> 60;
attenuation(db_11) -> 110;
attenuation(db_12) -> 120;
attenuation(_) -> error(badarg).

release_channel({'$adc', Handle, _}) when is_integer(Handle) ->
    emberl_board:close(Handle);
release_channel(_) ->
    error(badarg).

sample(Channel, Unit) ->
    sample(Channel, Unit, ?DEFAULT).

sample({'$adc', Handle, _}, {'$adc', unit, _}, Options) when is_integer(Handle), is_list(Options) ->
    Samples =
        case lists:keyfind(samples, 1, Options) of
            {_, Count} -> Count;
            false -> ?SAMPLES
        end,
    case emberl_board:adc_read(Handle, Samples) of
        {ok, {Raw, Millivolts}} -> {ok, {asked(raw, Options, Raw), asked(voltage, Options, Millivolts)}};
        {error, etimedout} -> {error, timeout};
        {error, Reason} -> {error, Reason}
    end;
sample(_, _, _) ->
    error(badarg).

%% An option alone, or with `true`.
asked(Key, Options, Value) ->
    case lists:member(Key, Options) orelse lists:member({Key, true}, Options) of
        true -> Value;
        false -> undefined
    end.

%% By pins.

start() ->
    case whereis(adc_driver) of
        undefined -> emberl_port:open(?MODULE, []);
        Pid -> {ok, Pid}
    end.

start(Pin) ->
    start(Pin, []).

start(Pin, Options) ->
    {ok, Pid} = start(),
    Bits = option(bitwidth, Options, bit_max),
    emberl_port:call(Pid, {acquire, Pin, Bits, option(atten, Options, db_11)}).

option(Key, Options, Default) ->
    case lists:keyfind(Key, 1, Options) of
        {_, Value} -> Value;
        false -> Default
    end.

read(Pin) ->
    read(Pin, ?DEFAULT).

read(Pin, Options) ->
    ask({read, Pin, Options}).

stop(Pin) ->
    ask({stop, Pin}).

stop() ->
    ask(stop).

ask(Request) ->
    case whereis(adc_driver) of
        undefined -> exit({noproc, {?MODULE, Request}});
        Pid -> emberl_port:call(Pid, Request)
    end.

%% The process. Its state is the unit, and a map of pins to what was acquired.

opened([]) ->
    try register(adc_driver, self()) of
        true ->
            {ok, Unit} = init(),
            {ok, {Unit, #{}}, keep}
    catch
        error:badarg -> {error, already}
    end.

called(stop, _, {_, Pins}) ->
    [release_channel(Channel) || Channel <- maps:values(Pins)],
    unregister(adc_driver),
    {stop, ok};
called({stop, Pin}, _, {Unit, Pins} = State) ->
    case Pins of
        #{Pin := Channel} -> {reply, release_channel(Channel), {Unit, maps:remove(Pin, Pins)}};
        _ -> {reply, {error, {badkey, Pin}}, State}
    end;
called({acquire, Pin, Bits, Attenuation}, _, {Unit, Pins} = State) ->
    try acquire(Pin, Unit, Bits, Attenuation) of
        {ok, Channel} -> {reply, ok, {Unit, Pins#{Pin => Channel}}};
        Error -> {reply, Error, State}
    catch
        error:Reason -> {reply, {error, Reason}, State}
    end;
called({read, Pin, Options}, _, {Unit, Pins} = State) ->
    case Pins of
        #{Pin := Channel} ->
            try
                {reply, sample(Channel, Unit, Options), State}
            catch
                error:Reason -> {reply, {error, Reason}, State}
            end;
        _ ->
            {reply, {error, {badkey, Pin}}, State}
    end;
called(Request, _, State) ->
    {reply, {error, {unknown_request, Request}}, State}.

heard(_, State) ->
    State.
