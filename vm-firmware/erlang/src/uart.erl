%% Serial ports, as AtomVM's programs use them. A port that cannot be opened is `badarg`. read/1 waits until there is
%% something; read/2 waits so long, and what comes later is there for the next one. write/2 returns when the machine has
%% taken all.
-module(uart).
-export([open/1, open/2, close/1, read/1, read/2, write/2]).
-export([opened/1, called/3, heard/2]).

%% The most bytes of a read.
-define(MOST, 4096).

open(Name, Options) ->
    open([{peripheral, Name} | Options]).

open(Options) ->
    case emberl_port:open(?MODULE, config(Options)) of
        {ok, Pid} -> Pid;
        {error, _} -> error(badarg)
    end.

close(Port) when is_pid(Port) ->
    emberl_port:call(Port, close).

read(Port) when is_pid(Port) ->
    emberl_port:call(Port, read).

read(Port, Timeout) when is_pid(Port) ->
    case emberl_port:call(Port, read, Timeout) of
        {error, timeout} -> emberl_port:call(Port, cancel_read);
        Answer -> Answer
    end.

write(Port, Data) when is_pid(Port) ->
    emberl_port:call(Port, {write, iolist_to_binary(Data)}).

%% Options, with their old names.

config(Options) ->
    {
        peripheral(get(peripheral, Options, 0)),
        pin(tx, tx_pin, Options),
        pin(rx, rx_pin, Options),
        pin(rts, rts_pin, Options),
        pin(cts, cts_pin, Options),
        get(speed, Options, 115200),
        get(data_bits, Options, 8),
        get(stop_bits, Options, 1),
        case flow(get(flow_control, Options, none), get(mode, Options, uart)) of
            true -> get(parity, Options, none);
            false -> error(badarg)
        end
    }.

%% Hardware controls the flow by two pins, software does not here.
flow(software, _) -> false;
flow(_, Mode) -> Mode =:= uart.

peripheral("UART" ++ Number) -> list_to_integer(Number);
peripheral(<<"UART", Number/binary>>) -> binary_to_integer(Number);
peripheral(Number) when is_integer(Number) -> Number;
peripheral(_) -> error(badarg).

%% AtomVM's pin of none is -1.
pin(Name, Old, Options) ->
    case get(Name, Options, get(Old, Options, undefined)) of
        -1 -> undefined;
        Pin -> Pin
    end.

get(Key, Options, Default) ->
    case lists:keyfind(Key, 1, Options) of
        {_, Value} -> Value;
        false -> Default
    end.

%% The process. Its state is the handle, who reads, with the reference that the machine will tell; and what is still to be
%% sent, with the reference, in order.

opened(Config) ->
    try emberl_board:uart_open(Config) of
        {ok, Handle} -> {ok, {Handle, none, []}};
        {error, Reason} -> {error, Reason}
    catch
        error:badarg -> {error, badarg}
    end.

called(close, _, {Handle, Reader, Queue}) ->
    refuse(Reader),
    [emberl_port:reply(From, {error, noproc}) || {From, _, _} <- Queue],
    {stop, emberl_board:close(Handle)};
called(read, From, {Handle, none, Queue}) ->
    {noreply, read(From, Handle, Queue)};
called(read, _, State) ->
    {reply, {error, ealready}, State};
called(cancel_read, _, {Handle, none, Queue}) ->
    %% What was read when the time was over was told, and nobody has taken it.
    {reply, {error, timeout}, {Handle, none, Queue}};
called(cancel_read, {Pid, _}, {Handle, {{Pid, _}, Reference}, Queue}) ->
    emberl_board:cancel(Handle, Reference),
    {reply, {error, timeout}, {Handle, none, Queue}};
called(cancel_read, _, State) ->
    {reply, {error, timeout}, State};
called({write, Data}, From, {Handle, Reader, []}) ->
    {noreply, {Handle, Reader, send([{From, Data, none}], Handle)}};
called({write, Data}, From, {Handle, Reader, Queue}) ->
    {noreply, {Handle, Reader, Queue ++ [{From, Data, none}]}};
called(_, _, State) ->
    {reply, {error, badarg}, State}.

heard({'$socket', Handle, select, Reference}, {Handle, {From, Reference}, Queue}) ->
    read(From, Handle, Queue);
heard({'$socket', Handle, select, Reference}, {Handle, Reader, [{_, _, Reference} | _] = Queue}) ->
    {Handle, Reader, send(Queue, Handle)};
heard(_, State) ->
    State.

refuse(none) -> ok;
refuse({From, _}) -> emberl_port:reply(From, {error, noproc}).

read(From, Handle, Queue) ->
    case emberl_board:uart_read(Handle, ?MOST) of
        {select, Reference} ->
            {Handle, {From, Reference}, Queue};
        Answer ->
            emberl_port:reply(From, Answer),
            {Handle, none, Queue}
    end.

send([], _) ->
    [];
send([{From, <<>>, _} | Rest], Handle) ->
    emberl_port:reply(From, ok),
    send(Rest, Handle);
send([{From, Data, _} | Rest], Handle) ->
    Part = binary_part(Data, 0, min(byte_size(Data), ?MOST)),
    case emberl_board:uart_write(Handle, Part) of
        {ok, Count} ->
            <<_:Count/binary, Left/binary>> = Data,
            send([{From, Left, none} | Rest], Handle);
        {select, Reference} ->
            [{From, Data, Reference} | Rest];
        {error, Reason} ->
            emberl_port:reply(From, {error, Reason}),
            send(Rest, Handle)
    end.
