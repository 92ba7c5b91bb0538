%% SPI buses that this machine controls, and devices on them by name, as AtomVM's programs use them. A bus or a device that
%% cannot be opened is `badarg`.
%%
%% A transaction is sent as whole bytes: command, address and what is written have a multiple of 8 bits together, else it is
%% {error, einval}. Bits that are only read are rounded up.
-module(spi).
-export([open/1, close/1, read_at/4, write_at/5, write/3, write_read/3]).
-export([opened/1, called/3, heard/2]).

-define(FREQUENCY, 1000000).

open(Params) ->
    Config = {bus(get(bus_config, Params, undefined)), devices(get(device_config, Params, []))},
    case emberl_port:open(?MODULE, Config) of
        {ok, Pid} -> Pid;
        {error, _} -> error(badarg)
    end.

close(SPI) ->
    emberl_port:call(SPI, {close}).

%% The length is in bits.
read_at(SPI, Device, Address, Length) ->
    call(SPI, {read_at, Device, Address, Length}).

write_at(SPI, Device, Address, Length, Data) ->
    call(SPI, {write_at, Device, Address bor 16#80, Length, Data}).

write(SPI, Device, Transaction) when is_atom(Device), is_map(Transaction) ->
    call(SPI, {write, Device, Transaction}).

write_read(SPI, Device, Transaction) when is_atom(Device), is_map(Transaction) ->
    call(SPI, {write_read, Device, Transaction}).

call(SPI, Request) ->
    emberl_port:call(SPI, Request).

%% Options: a list or a map, with their old names.

bus(Config) when is_list(Config); is_map(Config) ->
    {
        peripheral(first([peripheral, spi_peripheral], Config, <<"spi2">>)),
        first([sclk, sclk_io_num], Config, undefined),
        first([mosi, mosi_io_num, pico], Config, undefined),
        first([miso, miso_io_num, poci], Config, undefined)
    };
bus(_) ->
    error(badarg).

peripheral(hspi) -> 2;
peripheral(vspi) -> 3;
peripheral("spi" ++ Number) -> list_to_integer(Number);
peripheral(<<"spi", Number/binary>>) -> binary_to_integer(Number);
peripheral(Number) when is_integer(Number) -> Number;
peripheral(_) -> error(badarg).

devices(Devices) when is_map(Devices) -> devices(maps:to_list(Devices));
devices(Devices) when is_list(Devices) -> [device(Device) || Device <- Devices];
devices(_) -> error(badarg).

device({Name, Config}) when is_atom(Name), is_list(Config); is_atom(Name), is_map(Config) ->
    Device = {
        first([cs, spi_cs_io_num], Config, undefined),
        first([clock_speed_hz, spi_clock_hz], Config, ?FREQUENCY),
        get(mode, Config, 0)
    },
    {Name, Device, {bits(get(command_len_bits, Config, 0), 16), bits(get(address_len_bits, Config, 8), 64)}};
device(_) ->
    error(badarg).

bits(Bits, Most) when is_integer(Bits), Bits >= 0, Bits =< Most -> Bits;
bits(_, _) -> error(badarg).

first([Key], Config, Default) ->
    get(Key, Config, Default);
first([Key | Keys], Config, Default) ->
    case get(Key, Config, undefined) of
        undefined -> first(Keys, Config, Default);
        Value -> Value
    end.

get(Key, Config, Default) when is_map(Config) ->
    case Config of
        #{Key := Value} -> Value;
        _ -> Default
    end;
get(Key, Config, Default) when is_list(Config) ->
    case lists:keyfind(Key, 1, Config) of
        {_, Value} -> Value;
        false -> Default
    end;
get(_, _, _) ->
    error(badarg).

%% The process. Its state is the bus and a map of the devices: handle, bits of the command and of the address.

opened({Bus, Devices}) ->
    try emberl_board:spi_open(Bus) of
        {ok, Handle} -> add(Handle, Devices, #{});
        {error, Reason} -> {error, Reason}
    catch
        error:badarg -> {error, badarg}
    end.

%% The bus ends with this process.
add(Bus, [], Devices) ->
    {ok, {Bus, Devices}};
add(Bus, [{Name, Config, Bits} | Rest], Devices) ->
    case emberl_board:spi_device(Bus, Config) of
        {ok, Handle} -> add(Bus, Rest, Devices#{Name => {Handle, Bits}});
        {error, Reason} -> {error, Reason}
    end.

called({close}, _, {Bus, Devices}) ->
    [emberl_board:close(Handle) || {Handle, _} <- maps:values(Devices)],
    {stop, emberl_board:close(Bus)};
called(Request, _, {_, Devices} = State) when tuple_size(Request) > 1 ->
    Answer =
        case Devices of
            #{element(2, Request) := {Handle, Bits}} ->
                try
                    ask(Request, Handle, Bits)
                catch
                    error:badarg -> {error, badarg};
                    error:{badmatch, _} -> {error, badarg}
                end;
            _ ->
                {error, device_not_found}
        end,
    {reply, Answer, State};
called(_, _, State) ->
    {reply, error, State}.

heard(_, State) ->
    State.

ask({read_at, _, Address, Length}, Handle, {Command, Bits}) ->
    value(exchange(Handle, <<0:Command, Address:Bits>>, <<0:Length>>, Length), Length);
ask({write_at, _, Address, Length, Data}, Handle, {Command, Bits}) ->
    value(exchange(Handle, <<0:Command, Address:Bits>>, <<Data:Length>>, Length), Length);
ask({write, _, Transaction}, Handle, Bits) ->
    {Head, Data} = sent(Transaction, Bits),
    case exchange(Handle, Head, Data, 0) of
        {ok, _} -> ok;
        {error, Reason} -> {error, Reason}
    end;
ask({write_read, _, Transaction}, Handle, Bits) ->
    {Head, Data} = sent(Transaction, Bits),
    Count = get(read_bits, Transaction, bit_size(Data)),
    true = is_integer(Count) andalso Count >= 0,
    case exchange(Handle, Head, Data, Count) of
        {ok, Read} -> {ok, whole(Read)};
        {error, Reason} -> {error, Reason}
    end;
ask(_, _, _) ->
    error.

%% Bits that are missing to a byte are zeros.
whole(Bits) ->
    Missing = (8 - bit_size(Bits) rem 8) rem 8,
    <<Bits/bitstring, 0:Missing>>.

value({ok, Bits}, Length) ->
    <<Value:Length>> = Bits,
    {ok, Value};
value(Error, _) ->
    Error.

%% What goes before the data, and the data.
sent(Transaction, {CommandBits, AddressBits}) ->
    Command = get(command, Transaction, 0),
    true = is_integer(Command) andalso Command >= 0 andalso Command < 65536,
    Address = get(address, Transaction, 0),
    Data = get(write_data, Transaction, <<>>),
    true = is_binary(Data),
    Bits = get(write_bits, Transaction, bit_size(Data)),
    <<Written:Bits/bitstring, _/bitstring>> = Data,
    {<<Command:CommandBits, Address:AddressBits>>, Written}.

%% Gives the bits that came while the data went, so many.
exchange(Handle, Head, Data, Count) ->
    Before = bit_size(Head),
    Out = <<Head/bitstring, Data/bitstring>>,
    case is_binary(Out) of
        true ->
            Total = (Before + Count + 7) div 8,
            case emberl_board:spi_transfer(Handle, Out, Total) of
                {ok, Come} ->
                    <<_:Before, Read:Count/bitstring, _/bitstring>> = Come,
                    {ok, Read};
                {error, Reason} ->
                    {error, Reason}
            end;
        false ->
            {error, einval}
    end.
