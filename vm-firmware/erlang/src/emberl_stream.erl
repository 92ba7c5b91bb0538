%% The process of a TCP socket: connecting, listening or connected, in plain or within TLS. Owns the socket's handle, its
%% options, what was read and not yet asked for, and who waits. It never waits itself but for messages, and reads only
%% what somebody asks for, so that a slow reader slows the sender down. `gen_tcp`, `ssl` and `inet` ask it by
%% `emberl_inet:call/3`.
-module(emberl_stream).
-export([start/1, init/1, loop/1]).

%% Most bytes that one read takes, unless the option `buffer` says otherwise.
-define(BUFFER, 8192).
%% After so many milliseconds without any message it gives its heap back.
-define(IDLE, 1000).
%% Longest packet of `recv/2` (as of OTP's driver).
-define(LONGEST, 16#4000000).

-record(stream, {
    handle :: integer() | closed | undefined,
    %% What users have in hand, and the names of its messages.
    socket :: term(),
    tags = {tcp, tcp_closed, tcp_error, tcp_passive} :: {atom(), atom(), atom(), atom()},
    owner :: pid(),
    monitor :: reference(),
    phase = new :: new | {connect, {pid(), reference()}, term()} | listen | open | {handshake, {pid(), reference()}, list()},
    %% Options.
    mode = list :: list | binary,
    active = true :: boolean() | once | integer(),
    packet = 0,
    packet_size = 0,
    header = 0,
    delimiter = $\n,
    buffer = ?BUFFER,
    send_timeout = infinity,
    send_timeout_close = false,
    exit_on_close = true,
    show_econnreset = false,
    %% Of packets of HTTP: whether the first line was read.
    in_headers = false,
    %% Whether the owner is being changed: then it gets nothing.
    held = false,
    %% What was read, the newest first; how much that is; and how much makes it worth looking at again.
    parts = [] :: [binary()],
    size = 0,
    need = 0,
    %% No more comes.
    ended = false,
    %% Who waits: for data or connections; and for room, with what is to be sent.
    readers = [] :: [{pid(), reference(), non_neg_integer()}],
    writers = [] :: [{pid(), reference(), binary() | {shutdown, atom()}, reference() | undefined}],
    read_ref :: reference() | again | undefined,
    write_ref :: reference() | undefined,
    %% What `ssl` keeps here: of a listener how connections are secured; of a connection what was agreed on.
    tls
}).

%% Makes the process of a socket that is not yet anything.
-spec start(pid()) -> pid().
start(Owner) ->
    spawn(?MODULE, init, [#stream{owner = Owner, socket = '$inet', monitor = make_ref()}]).

-spec init(#stream{}) -> no_return().
init(#stream{owner = Owner, socket = Socket} = S) ->
    Own =
        case Socket of
            sslsocket -> {sslsocket, tls, self()};
            _ -> {'$inet', gen_tcp, self()}
        end,
    loop(read(S#stream{monitor = monitor(process, Owner), socket = Own})).

-spec loop(#stream{}) -> no_return().
loop(S) ->
    receive
        Message -> loop(handle(Message, S))
    after ?IDLE ->
        erlang:hibernate(?MODULE, loop, [S])
    end.

%% Messages.

handle({'$socket', _, select, Ref}, #stream{read_ref = Ref} = S) -> go(S#stream{read_ref = undefined});
handle({'$socket', _, select, Ref}, #stream{write_ref = Ref} = S) -> go(S#stream{write_ref = undefined});
handle(again, #stream{read_ref = again} = S) -> read(S#stream{read_ref = undefined});
handle({call, From, Ref, Request}, S) -> call(Request, {From, Ref}, S);
handle({cancel, Ref}, S) -> cancel(Ref, S);
handle({timeout, Timer, Ref}, S) -> send_timeout(Timer, Ref, S);
handle({'DOWN', Monitor, process, _, _}, #stream{monitor = Monitor} = S) -> stop(S);
handle(_, S) -> S.

go(#stream{phase = open} = S) -> read(write(S));
go(#stream{phase = listen} = S) -> accept(S);
go(#stream{phase = {connect, From, Address}} = S) -> connect(Address, From, S);
go(#stream{phase = {handshake, From, Options}} = S) -> handshake(From, Options, S).

reply({From, Ref}, Reply) -> From ! {Ref, Reply}.

%% Requests.

call({send, Data}, From, #stream{phase = open} = S) ->
    case framed(Data, S) of
        error -> answer(From, {error, emsgsize}, S);
        <<>> -> answer(From, ok, S);
        Framed -> queue(Framed, From, S)
    end;
call({recv, Length}, {Pid, Ref}, #stream{phase = open, active = false, readers = Readers} = S) ->
    if
        Length > ?LONGEST -> answer({Pid, Ref}, {error, enomem}, S);
        true -> read(S#stream{readers = Readers ++ [{Pid, Ref, Length}]})
    end;
call({recv, _}, From, #stream{phase = open} = S) ->
    answer(From, {error, einval}, S);
call({Request, _}, From, S) when Request =:= send; Request =:= recv ->
    answer(From, {error, enotconn}, S);
call(accept, {Pid, Ref}, #stream{phase = listen, readers = Readers} = S) ->
    accept(S#stream{readers = Readers ++ [{Pid, Ref, 0}]});
call({setopts, Options}, From, S) ->
    setopts(Options, From, S);
call({getopts, Names}, From, #stream{handle = Handle} = S) when is_integer(Handle) ->
    answer(From, getopts(Names, S, []), S);
call(sockname, From, #stream{handle = Handle} = S) when is_integer(Handle) ->
    answer(From, emberl_net:sockname(Handle), S);
call(peername, From, #stream{handle = Handle} = S) when is_integer(Handle) ->
    answer(From, emberl_net:peername(Handle), S);
call({shutdown, How}, From, #stream{phase = open, handle = Handle} = S) when is_integer(Handle) ->
    queue({shutdown, How}, From, S);
call({shutdown, _}, From, S) ->
    answer(From, {error, if S#stream.handle =:= closed -> closed; true -> enotconn end}, S);
call(close, From, S) ->
    reply(From, ok),
    stop(S);
call(hold, {Pid, _} = From, #stream{owner = Pid} = S) ->
    answer(From, ok, S#stream{held = true});
call(hold, From, S) ->
    answer(From, {error, not_owner}, S);
call({own, New}, From, #stream{monitor = Monitor} = S) ->
    demonitor(Monitor, [flush]),
    reply(From, ok),
    read(S#stream{owner = New, monitor = monitor(process, New), held = false});
call({connect, Family, Local, Remote, Options}, From, #stream{phase = new} = S) ->
    make(Family, Local, Options, From, S, fun(Made) -> connect(Remote, From, Made) end);
call({listen, Family, Local, Backlog, Options}, From, #stream{phase = new} = S) ->
    make(Family, Local, Options, From, S, fun(#stream{handle = Handle} = Made) ->
        case emberl_net:listen(Handle, Backlog) of
            ok -> answer(From, {ok, Made#stream.socket}, Made#stream{phase = listen});
            Error -> fail(From, Error, Made)
        end
    end);
call({secure, Context, Name, Options}, From, #stream{phase = open, held = false} = S) ->
    secure(Context, Name, Options, From, S);
call({tls, Tls}, From, S) ->
    answer(From, ok, S#stream{tls = Tls, tags = {ssl, ssl_closed, ssl_error, ssl_passive}, socket = {sslsocket, tls, self()}});
call(tls, From, #stream{tls = Tls} = S) ->
    answer(From, {ok, Tls}, S);
call(_, From, S) ->
    answer(From, {error, einval}, S).

answer(From, Reply, S) ->
    reply(From, Reply),
    S.

%% Nobody waits any more for that answer.
cancel(Ref, #stream{phase = {Phase, {_, Ref} = From, _}} = S) when Phase =:= connect; Phase =:= handshake ->
    fail(From, {error, timeout}, S);
cancel(Ref, #stream{readers = Readers, writers = Writers} = S) ->
    case lists:keyfind(Ref, 2, Readers) of
        {Pid, _, _} ->
            answer({Pid, Ref}, {error, timeout}, S#stream{readers = without(Ref, Readers)});
        false ->
            case lists:keyfind(Ref, 2, Writers) of
                {Pid, _, _, Timer} -> timed_out({Pid, Ref}, Timer, S);
                false -> S
            end
    end.

without(Ref, Waiting) -> [Waiter || Waiter <- Waiting, element(2, Waiter) =/= Ref].

%% A new socket did not become one.
fail(From, Error, S) ->
    reply(From, Error),
    stop(S).

-spec stop(#stream{}) -> no_return().
stop(#stream{handle = Handle, readers = Readers, writers = Writers}) ->
    [reply({Pid, Ref}, {error, closed}) || {Pid, Ref, _} <- Readers],
    [reply({Pid, Ref}, {error, closed}) || {Pid, Ref, _, _} <- Writers],
    is_integer(Handle) andalso emberl_net:close(Handle),
    exit(normal).

%% Making, connecting.

make(Family, Local, Options, From, S, Then) ->
    case emberl_net:open(Family, stream) of
        {ok, Handle} ->
            case set(Options, S#stream{handle = Handle}) of
                {ok, Set} ->
                    case Local =:= undefined orelse emberl_net:bind(Handle, Local) of
                        {error, _} = Error -> fail(From, Error, Set);
                        _ -> Then(Set)
                    end;
                {error, _} ->
                    fail(From, badarg, S)
            end;
        Error ->
            fail(From, Error, S)
    end.

connect(Address, From, #stream{handle = Handle} = S) ->
    case emberl_net:connect(Handle, Address) of
        ok -> opened(From, S);
        {select, Ref} -> S#stream{phase = {connect, From, Address}, write_ref = Ref};
        Error -> fail(From, Error, S)
    end.

opened(From, S) ->
    reply(From, {ok, S#stream.socket}),
    read(S#stream{phase = open}).

%% Accepting: each connection has what the listener's options are now.

accept(#stream{readers = [{Pid, Ref, _} | Rest], read_ref = undefined, handle = Handle} = S) ->
    case is_process_alive(Pid) andalso emberl_net:accept(Handle) of
        false ->
            accept(S#stream{readers = Rest});
        {ok, {New, _}} ->
            reply({Pid, Ref}, {ok, accepted(New, Pid, S)}),
            accept(S#stream{readers = Rest});
        {select, ReadRef} ->
            S#stream{read_ref = ReadRef};
        Error ->
            reply({Pid, Ref}, Error),
            accept(S#stream{readers = Rest})
    end;
accept(S) ->
    S.

accepted(Handle, Owner, #stream{tls = undefined} = S) ->
    {'$inet', gen_tcp, child('$inet', Handle, Owner, S)};
%% Nothing is read before the handshake.
accepted(Handle, Owner, #stream{active = Active, tls = Tls} = S) ->
    {sslsocket, tls, child(sslsocket, Handle, Owner, S#stream{active = false, tls = {Active, Tls}})}.

child(Kind, Handle, Owner, S) ->
    Pid = spawn(?MODULE, init, [
        S#stream{handle = Handle, socket = Kind, owner = Owner, phase = open, readers = [], read_ref = undefined}
    ]),
    _ = emberl_net:own(Handle, Pid),
    Pid.

%% TLS.

secure(Context, Name, Options, From, #stream{handle = Handle, active = false, parts = [], readers = [], writers = []} = S) when
    is_integer(Handle)
->
    cancelled(S),
    case emberl_net:secure(Handle, Context, Name) of
        ok -> handshake(From, Options, S#stream{read_ref = undefined, write_ref = undefined});
        Error -> fail(From, Error, S)
    end;
secure(_, _, _, From, #stream{handle = closed} = S) ->
    answer(From, {error, closed}, S);
secure(_, _, _, From, S) ->
    answer(From, {error, einval}, S).

cancelled(#stream{handle = Handle, read_ref = Ref}) when is_reference(Ref) -> emberl_net:cancel(Handle, Ref);
cancelled(_) -> ok.

handshake(From, Options, #stream{handle = Handle} = S) ->
    case emberl_net:handshake(Handle) of
        {ok, Info} ->
            Secured = S#stream{
                phase = open,
                tls = Info,
                socket = {sslsocket, tls, self()},
                tags = {ssl, ssl_closed, ssl_error, ssl_passive}
            },
            case set(Options, Secured) of
                {ok, Set} -> opened(From, Set);
                Error -> fail(From, Error, Secured)
            end;
        {select, Ref} ->
            S#stream{phase = {handshake, From, Options}, read_ref = Ref};
        Error ->
            fail(From, Error, S)
    end.

%% Sending.

%% The data with the header that the option `packet` asks for.
framed(Data, #stream{packet = Bytes}) when is_integer(Bytes), Bytes > 0 ->
    Size = byte_size(Data),
    if
        Size bsr (8 * Bytes) > 0 -> error;
        true -> <<Size:Bytes/unit:8, Data/binary>>
    end;
framed(Data, _) ->
    Data.

queue(_, From, #stream{handle = closed} = S) ->
    answer(From, {error, closed}, S);
queue(What, {Pid, Ref}, #stream{writers = Writers} = S) ->
    write(S#stream{writers = Writers ++ [{Pid, Ref, What, undefined}]}).

write(#stream{writers = [{Pid, Ref, {shutdown, How}, _} | Rest], write_ref = undefined, handle = Handle} = S) ->
    reply({Pid, Ref}, emberl_net:shutdown(Handle, How)),
    write(S#stream{writers = Rest});
write(#stream{writers = [{Pid, Ref, Data, Timer} | Rest], write_ref = undefined, handle = Handle} = S) ->
    case emberl_net:send(Handle, Data) of
        {ok, Sent} when Sent >= byte_size(Data) ->
            is_reference(Timer) andalso erlang:cancel_timer(Timer),
            reply({Pid, Ref}, ok),
            write(S#stream{writers = Rest});
        {ok, Sent} ->
            <<_:Sent/binary, Left/binary>> = Data,
            write(S#stream{writers = [{Pid, Ref, Left, Timer} | Rest]});
        {select, WriteRef} ->
            write_timers(S#stream{write_ref = WriteRef});
        {error, Reason} ->
            Error = {error, hidden(Reason, S)},
            [reply({Other, OtherRef}, Error) || {Other, OtherRef, _, _} <- S#stream.writers],
            S#stream{writers = []}
    end;
write(S) ->
    write_timers(S).

%% Who waits for room waits for as long as the option `send_timeout` says.
write_timers(#stream{send_timeout = infinity} = S) ->
    S;
write_timers(#stream{send_timeout = Timeout, writers = Writers} = S) ->
    S#stream{
        writers = [
            case Writer of
                {Pid, Ref, Data, undefined} when is_binary(Data) ->
                    {Pid, Ref, Data, erlang:start_timer(Timeout, self(), Ref)};
                _ ->
                    Writer
            end
         || Writer <- Writers
        ]
    }.

send_timeout(Timer, Ref, #stream{writers = Writers} = S) ->
    case lists:keyfind(Ref, 2, Writers) of
        {Pid, Ref, _, Timer} -> timed_out({Pid, Ref}, Timer, S);
        _ -> S
    end.

%% A part of the first one's data may be sent. What follows would then be taken for the rest of it: so the rest stays.
timed_out({_, Ref} = From, _, #stream{send_timeout_close = true} = S) ->
    reply(From, {error, timeout}),
    close(S#stream{writers = without(Ref, S#stream.writers)});
timed_out({_, Ref} = From, Timer, #stream{writers = [{_, Ref, Data, Timer} | Rest]} = S) ->
    answer(From, {error, timeout}, S#stream{writers = [{self(), make_ref(), Data, none} | Rest]});
timed_out({_, Ref} = From, _, S) ->
    answer(From, {error, timeout}, S#stream{writers = without(Ref, S#stream.writers)}).

%% Reading.

read(#stream{phase = open, held = false, read_ref = undefined, readers = [{Pid, _, _} | Rest]} = S) ->
    %% Nothing is read for who is gone: the next one gets it.
    case is_process_alive(Pid) of
        true -> next(S);
        false -> read(S#stream{readers = Rest})
    end;
read(#stream{phase = open, held = false, read_ref = undefined, active = Active} = S) when Active =/= false -> next(S);
read(S) -> S.

next(S) ->
    case S#stream.size >= S#stream.need andalso cut(S) of
        {ok, Packet, Rest, Size} -> deliver(Packet, S#stream{parts = [Rest || Size > 0], size = Size, need = 0});
        {error, Reason} -> broken(Reason, S);
        {more, Need} -> fill(S#stream{need = Need});
        false -> fill(S)
    end.

fill(#stream{handle = Handle, ended = true} = S) when is_integer(Handle) ->
    ended(closed, S);
fill(#stream{handle = closed} = S) ->
    ended(closed, S);
fill(#stream{handle = Handle, parts = Parts, size = Size} = S) ->
    case emberl_net:recv(Handle, most(S)) of
        {ok, Bytes} -> read(S#stream{parts = [Bytes | Parts], size = Size + byte_size(Bytes)});
        {select, Ref} -> S#stream{read_ref = Ref};
        {error, Reason} -> ended(Reason, S)
    end.

%% Of a stream without packets no more is taken than somebody has asked for.
most(#stream{packet = 0, active = false, readers = [{_, _, Length} | _], size = Size}) when Length > 0 -> Length - Size;
most(#stream{buffer = Buffer}) -> Buffer.

%% The next packet, what follows it, and its size; or how much is needed to know.
cut(#stream{size = 0}) ->
    {more, 1};
cut(#stream{packet = 0, active = false, readers = [{_, _, Length} | _], size = Size} = S) when Length > 0 ->
    if
        Size < Length -> {more, Length};
        Size =:= Length -> {ok, joined(S), <<>>, 0};
        true -> split(0, Length, S)
    end;
cut(#stream{packet = 0} = S) ->
    {ok, joined(S), <<>>, 0};
cut(#stream{packet = Bytes, size = Size}) when is_integer(Bytes), Size < Bytes ->
    {more, Bytes};
cut(#stream{packet = Bytes, packet_size = Longest, size = Size} = S) when is_integer(Bytes) ->
    <<Length:Bytes/unit:8, _/binary>> = joined(S),
    if
        Longest > 0, Length > Longest; Length > ?LONGEST -> {error, emsgsize};
        Size < Bytes + Length -> {more, Bytes + Length};
        true -> split(Bytes, Length, S)
    end;
cut(#stream{packet = line, packet_size = Longest, buffer = Buffer, size = Size, delimiter = Delimiter} = S) ->
    %% A line that is longer than the buffer comes in parts.
    case binary:match(joined(S), <<Delimiter>>) of
        {At, _} when Longest > 0, At >= Longest -> {error, emsgsize};
        {At, _} -> split(0, At + 1, S);
        nomatch when Longest > 0, Size >= Longest -> {error, emsgsize};
        nomatch when Size >= Buffer -> {ok, joined(S), <<>>, 0};
        nomatch -> {more, Size + 1}
    end;
cut(#stream{packet = Type, packet_size = Longest, buffer = Buffer, size = Size} = S) ->
    case emberl_packet:decode(Type, S#stream.in_headers, joined(S)) of
        {ok, Packet, Rest} -> {ok, {http, Packet}, Rest, byte_size(Rest)};
        more when Longest > 0, Size >= Longest; Size >= Buffer -> {error, emsgsize};
        more -> {more, Size + 1}
    end.

joined(#stream{parts = [Part]}) -> Part;
joined(#stream{parts = Parts}) -> iolist_to_binary(lists:reverse(Parts)).

%% What comes after so many bytes, of that length; and the rest.
split(Skip, Length, S) ->
    <<_:Skip/binary, Packet:Length/binary, Rest/binary>> = joined(S),
    {ok, Packet, Rest, byte_size(Rest)}.

deliver(Packet, #stream{active = false, readers = [{Pid, Ref, _} | Rest]} = S) ->
    reply({Pid, Ref}, {ok, shape(Packet, S)}),
    more(lined(Packet, S#stream{readers = Rest}));
deliver(Packet, #stream{owner = Owner, socket = Socket, tags = {Tag, _, _, _}} = S) ->
    Owner !
        case Packet of
            {http, Http} -> {http, Socket, Http};
            _ -> {Tag, Socket, shape(Packet, S)}
        end,
    more(lined(Packet, counted(S))).

%% Others have their turn before the next packet.
more(#stream{active = Active, readers = Readers} = S) when Active =/= false; Readers =/= [] ->
    self() ! again,
    S#stream{read_ref = again};
more(S) ->
    S.

%% After a request or a status line come headers.
lined({http, Packet}, S) -> S#stream{in_headers = Packet =/= http_eoh andalso element(1, Packet) =/= http_error};
lined(_, S) -> S.

shape({http, Packet}, _) -> Packet;
shape(Packet, #stream{mode = list}) -> binary_to_list(Packet);
shape(Packet, #stream{header = Header}) when Header > 0, byte_size(Packet) > 0 ->
    Size = min(Header, byte_size(Packet)),
    <<Head:Size/binary, Rest/binary>> = Packet,
    binary_to_list(Head) ++ if Size < Header -> []; true -> Rest end;
shape(Packet, _) -> Packet.

counted(#stream{active = once} = S) -> S#stream{active = false};
counted(#stream{active = 1} = S) -> passive(S);
counted(#stream{active = Count} = S) when is_integer(Count) -> S#stream{active = Count - 1};
counted(S) -> S.

passive(#stream{owner = Owner, socket = Socket, tags = {_, _, _, Tag}} = S) ->
    Owner ! {Tag, Socket},
    S#stream{active = false}.

%% The end of what comes.

ended(Reason, #stream{active = false, readers = Readers} = S) ->
    Hidden = hidden(Reason, S),
    [reply({Pid, Ref}, {error, Hidden}) || {Pid, Ref, _} <- Readers],
    over(S#stream{readers = [], parts = [], size = 0, need = 0});
ended(Reason, #stream{owner = Owner, socket = Socket, tags = {_, Closed, Error, _}} = S) ->
    case hidden(Reason, S) of
        closed ->
            Owner ! {Closed, Socket};
        Hidden when Error =:= ssl_error ->
            Owner ! {Error, Socket, Hidden};
        Hidden ->
            Owner ! {Error, Socket, Hidden},
            Owner ! {Closed, Socket}
    end,
    case S#stream.exit_on_close of
        true -> stop(S);
        false -> over(S#stream{active = false, parts = [], size = 0, need = 0})
    end.

over(#stream{exit_on_close = true} = S) -> close(S);
over(S) -> S#stream{ended = true}.

%% Closed, but there: who asks is told so.
close(#stream{handle = Handle, writers = Writers} = S) ->
    is_integer(Handle) andalso emberl_net:close(Handle),
    [reply({Pid, Ref}, {error, closed}) || {Pid, Ref, _, _} <- Writers],
    S#stream{handle = closed, writers = [], read_ref = undefined, write_ref = undefined}.

broken(emsgsize, #stream{active = false, readers = [{Pid, Ref, _} | Rest]} = S) ->
    reply({Pid, Ref}, {error, emsgsize}),
    close(S#stream{readers = Rest, parts = [], size = 0, need = 0});
broken(Reason, #stream{owner = Owner, socket = Socket, tags = {_, Closed, Error, _}} = S) ->
    Owner ! {Error, Socket, Reason},
    Owner ! {Closed, Socket},
    stop(S).

%% That the peer has gone all of a sudden is told only to those who ask for it.
hidden(Reason, #stream{show_econnreset = false}) when Reason =:= econnreset; Reason =:= epipe; Reason =:= econnaborted ->
    closed;
hidden(epipe, _) -> closed;
hidden(Reason, _) -> Reason.

%% Options.

setopts(_, From, #stream{handle = closed} = S) ->
    answer(From, {error, einval}, S);
setopts(Options, From, S) ->
    case set(Options, S) of
        {ok, Set} ->
            reply(From, ok),
            read(Set#stream{need = 0});
        Error ->
            answer(From, Error, S)
    end.

set([Option | Rest], S) ->
    case put_option(Option, S) of
        #stream{} = Set -> set(Rest, Set);
        error -> {error, einval};
        Error -> Error
    end;
set([], S) ->
    {ok, S};
set(_, _) ->
    {error, einval}.

put_option(Mode, S) when Mode =:= list; Mode =:= binary -> S#stream{mode = Mode};
put_option({mode, Mode}, S) when Mode =:= list; Mode =:= binary -> S#stream{mode = Mode};
put_option({active, Active}, S) when is_boolean(Active); Active =:= once -> S#stream{active = Active};
put_option({active, Count}, #stream{active = Before} = S) when is_integer(Count), Count >= -32768, Count =< 32767 ->
    case Count + if is_integer(Before) -> Before; true -> 0 end of
        Sum when Sum > 32767 -> error;
        Sum when Sum > 0 -> S#stream{active = Sum};
        _ -> passive(S)
    end;
put_option({packet, raw}, S) -> S#stream{packet = 0, in_headers = false};
put_option({packet, Packet}, S) when
    Packet =:= 0; Packet =:= 1; Packet =:= 2; Packet =:= 4; Packet =:= line;
    Packet =:= http; Packet =:= httph; Packet =:= http_bin; Packet =:= httph_bin
->
    S#stream{packet = Packet, in_headers = false};
put_option({packet_size, Size}, S) when is_integer(Size), Size >= 0 -> S#stream{packet_size = Size};
put_option({header, Size}, S) when is_integer(Size), Size >= 0 -> S#stream{header = Size};
put_option({line_delimiter, Byte}, S) when is_integer(Byte), Byte >= 0, Byte < 256 -> S#stream{delimiter = Byte};
put_option({buffer, Size}, S) when is_integer(Size), Size > 0 -> S#stream{buffer = Size};
put_option({send_timeout, Time}, S) when Time =:= infinity; is_integer(Time), Time >= 0 -> S#stream{send_timeout = Time};
put_option({send_timeout_close, Value}, S) when is_boolean(Value) -> S#stream{send_timeout_close = Value};
put_option({exit_on_close, Value}, S) when is_boolean(Value) -> S#stream{exit_on_close = Value};
put_option({show_econnreset, Value}, S) when is_boolean(Value) -> S#stream{show_econnreset = Value};
put_option(Option, #stream{handle = Handle} = S) ->
    case emberl_inet:option(Option, Handle) of
        ok -> S;
        Error -> Error
    end.

getopts([Name | Rest], S, Found) ->
    case get_option(Name, S) of
        {ok, Value} -> getopts(Rest, S, [{Name, Value} | Found]);
        unknown when is_atom(Name) -> getopts(Rest, S, Found);
        unknown -> {error, einval}
    end;
getopts([], _, Found) ->
    {ok, lists:reverse(Found)};
getopts(_, _, _) ->
    {error, einval}.

get_option(mode, S) -> {ok, S#stream.mode};
get_option(active, S) -> {ok, S#stream.active};
get_option(packet, S) -> {ok, S#stream.packet};
get_option(packet_size, S) -> {ok, S#stream.packet_size};
get_option(header, S) -> {ok, S#stream.header};
get_option(line_delimiter, S) -> {ok, S#stream.delimiter};
get_option(buffer, S) -> {ok, S#stream.buffer};
get_option(send_timeout, S) -> {ok, S#stream.send_timeout};
get_option(send_timeout_close, S) -> {ok, S#stream.send_timeout_close};
get_option(exit_on_close, S) -> {ok, S#stream.exit_on_close};
get_option(show_econnreset, S) -> {ok, S#stream.show_econnreset};
get_option(delay_send, _) -> {ok, false};
get_option(deliver, _) -> {ok, term};
get_option(Name, #stream{handle = Handle}) when is_atom(Name) -> emberl_inet:tell(Name, Handle);
get_option(_, _) -> unknown.
