%% I2C buses that this machine controls, as AtomVM's programs use them. open/1 gives a process, or with {use_nif, true} what
%% stands for it; a bus that cannot be opened is `badarg`. Errors of transfers have ESP-IDF's names: `esp_fail` where nobody
%% answers.
-module(i2c).
-export([open/1, close/1, begin_transmission/2, write_byte/2, end_transmission/1, read_bytes/3, read_bytes/4]).
-export([write_bytes/2, write_bytes/3, write_bytes/4]).
-export([open_nif/1, close_nif/1, read_bytes_nif/2, write_bytes_nif/2, begin_transmission_nif/2]).
-export([end_transmission_nif/1, enqueue_write_bytes_nif/2]).
-export([opened/1, called/3, heard/2]).

-define(TIMEOUT, 500).
%% As long as the machine can count.
-define(FOR_EVER, 16#ffffffff).

open(Options) ->
    case get(use_nif, Options, false) of
        true -> open_nif(Options);
        _ -> start(Options)
    end.

start(Options) ->
    case emberl_port:open(?MODULE, config(Options)) of
        {ok, Pid} -> Pid;
        {error, _} -> error(badarg)
    end.

close(I2C) ->
    call(I2C, {close}).

begin_transmission(I2C, Address) ->
    call(I2C, {begin_transmission, Address}).

write_byte(I2C, Byte) when is_integer(Byte), Byte >= 0, Byte =< 255 ->
    call(I2C, {write_byte, Byte}).

write_bytes(I2C, Bytes) ->
    call(I2C, {write_bytes, Bytes}).

end_transmission(I2C) ->
    call(I2C, {end_transmission}).

read_bytes(I2C, Address, Count) ->
    call(I2C, {read_bytes, Address, Count}).

read_bytes(I2C, Address, Register, Count) ->
    call(I2C, {read_bytes, Address, Count, Register}).

write_bytes(I2C, Address, Data) ->
    call(I2C, {write_bytes, Address, Data}).

write_bytes(I2C, Address, Register, Data) ->
    call(I2C, {write_bytes, Address, Data, Register}).

%% The same, where it is no process that is given.

open_nif(Options) ->
    {'$i2c', start(Options), make_ref()}.

close_nif(I2C) ->
    close(I2C).

read_bytes_nif(I2C, {Address, Count}) -> read_bytes(I2C, Address, Count);
read_bytes_nif(I2C, {Address, Count, Register}) -> read_bytes(I2C, Address, Register, Count).

write_bytes_nif(I2C, {Address, Data}) -> write_bytes(I2C, Address, Data);
write_bytes_nif(I2C, {Address, Data, Register}) -> write_bytes(I2C, Address, Register, Data).

begin_transmission_nif(I2C, Address) ->
    begin_transmission(I2C, Address).

end_transmission_nif(I2C) ->
    end_transmission(I2C).

enqueue_write_bytes_nif(I2C, Bytes) ->
    write_bytes(I2C, Bytes).

call({'$i2c', Pid, _}, Request) ->
    case call(Pid, Request) of
        {error, noproc} -> error(badarg);
        Answer -> Answer
    end;
call(Pid, Request) ->
    case emberl_port:call(Pid, Request) of
        badarg -> error(badarg);
        Answer -> Answer
    end.

%% Options, with their old names.

config(Options) ->
    {
        peripheral(get(peripheral, Options, get(i2c_num, Options, 0))),
        get(scl, Options, get(scl_io_num, Options, undefined)),
        get(sda, Options, get(sda_io_num, Options, undefined)),
        get(clock_speed_hz, Options, get(i2c_clock_hz, Options, undefined)),
        timeout(get(send_timeout_ms, Options, ?TIMEOUT))
    }.

peripheral("i2c" ++ Number) -> list_to_integer(Number);
peripheral(<<"i2c", Number/binary>>) -> binary_to_integer(Number);
peripheral(Number) -> Number.

timeout(infinity) -> ?FOR_EVER;
timeout(Milliseconds) -> Milliseconds.

get(Key, Options, Default) ->
    case lists:keyfind(Key, 1, Options) of
        {_, Value} -> Value;
        false -> Default
    end.

%% The process. Its state is the handle, and what is between begin_transmission/2 and end_transmission/1: whose it is, the
%% address, and the bytes, the last first.

opened(Config) ->
    try emberl_board:i2c_open(Config) of
        {ok, Handle} -> {ok, {Handle, none}};
        {error, Reason} -> {error, Reason}
    catch
        error:badarg -> {error, badarg}
    end.

called({close}, _, {Handle, _}) ->
    {stop, emberl_board:close(Handle)};
called({write_byte, Byte}, From, State) ->
    called({write_bytes, <<Byte>>}, From, State);
called({write_bytes, Bytes}, {Pid, _}, {Handle, {Pid, Address, Written}}) when is_binary(Bytes) ->
    {reply, ok, {Handle, {Pid, Address, [Bytes | Written]}}};
called({write_bytes, Bytes}, {Pid, _}, {_, {Pid, _, _}} = State) when not is_binary(Bytes) ->
    {reply, badarg, State};
called({end_transmission}, {Pid, _}, {Handle, {Pid, Address, Written}}) ->
    Answer = transfer(Handle, Address, iolist_to_binary(lists:reverse(Written)), 0),
    {reply, written(Answer), {Handle, none}};
called({write_bytes, _}, _, State) ->
    {reply, {error, {einprogress, whose(State)}}, State};
called({end_transmission}, _, State) ->
    {reply, {error, {einprogress, whose(State)}}, State};
called(Request, From, {Handle, {Other, _, _}} = State) ->
    %% Whoever has ended transmits nothing more.
    case is_process_alive(Other) of
        true -> {reply, {error, {einprogress, Other}}, State};
        false -> called(Request, From, {Handle, none})
    end;
called({begin_transmission, Address}, {Pid, _}, {Handle, none}) when is_integer(Address), Address >= 0, Address < 128 ->
    {reply, ok, {Handle, {Pid, Address, []}}};
called({read_bytes, Address, Count}, _, {Handle, none} = State) ->
    {reply, transfer(Handle, Address, <<>>, Count), State};
called({read_bytes, Address, Count, Register}, _, {Handle, none} = State) ->
    {reply, transfer(Handle, Address, bytes(Register), Count), State};
called({write_bytes, Address, Data}, _, {Handle, none} = State) ->
    {reply, written(transfer(Handle, Address, bytes(Data), 0)), State};
called({write_bytes, Address, Data, Register}, _, {Handle, none} = State) ->
    {reply, written(transfer(Handle, Address, joined(bytes(Register), bytes(Data)), 0)), State};
called(_, _, State) ->
    {reply, badarg, State}.

heard(_, State) ->
    State.

whose({_, none}) -> undefined;
whose({_, {Pid, _, _}}) -> Pid.

bytes(Bytes) when is_binary(Bytes) -> Bytes;
bytes(Byte) when is_integer(Byte), Byte >= 0, Byte =< 255 -> <<Byte>>;
bytes(_) -> badarg.

joined(Register, Data) when is_binary(Register), is_binary(Data) -> <<Register/binary, Data/binary>>;
joined(_, _) -> badarg.

transfer(Handle, Address, Bytes, Count) ->
    try emberl_board:i2c_transfer(Handle, Address, Bytes, Count) of
        {ok, Read} -> {ok, Read};
        {error, Reason} -> {error, name(Reason)}
    catch
        error:badarg -> badarg
    end.

written({ok, _}) -> ok;
written(Other) -> Other.

name(nack) -> esp_fail;
name(eio) -> esp_fail;
name(etimedout) -> esp_err_timeout;
name(einval) -> esp_err_invalid_arg;
name(enomem) -> esp_err_no_mem;
name(Reason) -> Reason.
