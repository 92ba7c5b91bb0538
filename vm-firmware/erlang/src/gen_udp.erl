%% UDP, as OTP's module of this name. Owns a process a socket: its options, and who waits for datagrams. Sending goes to
%% the machine at once. A socket is `{'$inet', gen_udp, {Pid, Handle}}`.
-module(gen_udp).
-export([
    open/1, open/2, send/2, send/3, send/4, send/5, recv/2, recv/3, connect/2, connect/3, close/1,
    controlling_process/2
]).
-export([init/1, loop/1]).

%% The longest datagram that is read, unless the option `buffer` says otherwise.
-define(BUFFER, 8192).
-define(IDLE, 1000).
-define(SOCKET(Pid, Handle), {'$inet', gen_udp, {Pid, Handle}}).
-define(IS_TIMEOUT(T), (T =:= infinity orelse (is_integer(T) andalso T >= 0))).

-record(udp, {
    handle,
    owner,
    monitor,
    mode = list,
    active = true,
    header = 0,
    buffer = ?BUFFER,
    held = false,
    readers = [] :: [{pid(), reference()}],
    ref
}).

-type socket() :: {'$inet', gen_udp, {pid(), integer()}}.
-export_type([socket/0]).

-spec open(inet:port_number()) -> {ok, socket()} | {error, term()}.
open(Port) -> open(Port, []).

-spec open(inet:port_number(), list()) -> {ok, socket()} | {error, term()}.
open(Port, Options) when is_list(Options) ->
    {[Ip, Interface], Rest} = emberl_inet:take([{ip, undefined}, {ifaddr, undefined}], Options),
    Address =
        case {Ip, Interface} of
            {undefined, undefined} -> any;
            {undefined, _} -> Interface;
            _ -> Ip
        end,
    Family = emberl_inet:family(Address, Options),
    case emberl_inet:local(Address, Family, Port) of
        {ok, Local} ->
            Ref = make_ref(),
            Pid = spawn(?MODULE, init, [{self(), Ref, Family, Local, Rest}]),
            case emberl_inet:call(Pid, open) of
                badarg -> exit(badarg);
                Result -> Result
            end;
        {error, Reason} ->
            exit(Reason)
    end;
open(_, _) ->
    exit(badarg).

-spec send(socket(), iodata()) -> ok | {error, term()}.
send(?SOCKET(_, Handle), Data) -> sending(Data, fun(Bytes) -> emberl_net:send(Handle, Bytes) end, Handle).

-spec send(socket(), map() | {term(), inet:port_number()}, iodata()) -> ok | {error, term()}.
send(Socket, #{addr := Address, port := Port}, Data) -> send(Socket, Address, Port, Data);
send(Socket, {Address, Port}, Data) -> send(Socket, Address, Port, Data).

%% With a host and a port; or with where to, and ancillary data, which must be none.
-spec send(socket(), term(), term(), iodata()) -> ok | {error, term()}.
send(Socket, {Address, Port}, [], Data) when is_integer(Port) -> send(Socket, Address, Port, Data);
send(Socket, #{addr := Address, port := Port}, [], Data) -> send(Socket, Address, Port, Data);
send(?SOCKET(_, Handle) = Socket, Host, Port, Data) when is_integer(Port), Port > 0, Port < 65536 ->
    case to(Host, Socket) of
        {ok, Address} -> sending(Data, fun(Bytes) -> emberl_net:sendto(Handle, Bytes, {Address, Port}) end, Handle);
        Error -> Error
    end;
send(?SOCKET(_, _), _, _, _) ->
    {error, einval}.

-spec send(socket(), term(), inet:port_number(), [], iodata()) -> ok | {error, term()}.
send(Socket, Host, Port, [], Data) -> send(Socket, Host, Port, Data).

%% The address of a host; of a name the first one, of the family of the socket.
to(Address, _) when tuple_size(Address) =:= 4; tuple_size(Address) =:= 8 -> {ok, Address};
to(Host, ?SOCKET(_, Handle)) ->
    Family =
        case emberl_net:sockname(Handle) of
            {ok, {Own, _}} when tuple_size(Own) =:= 8 -> inet6;
            _ -> inet
        end,
    case emberl_inet:addresses(Host, Family, infinity) of
        {ok, [Address | _]} -> {ok, Address};
        Error -> Error
    end.

sending(Data, Send, Handle) ->
    case emberl_inet:bytes(Data) of
        error -> {error, einval};
        Bytes -> sending(Bytes, Send(Bytes), Send, Handle)
    end.

sending(Bytes, {select, Ref}, Send, Handle) ->
    case emberl_inet:wait(Handle, Ref, infinity) of
        ok -> sending(Bytes, Send(Bytes), Send, Handle);
        Error -> Error
    end;
sending(_, {ok, _}, _, _) -> ok;
sending(_, Error, _, _) -> Error.

-spec recv(socket(), non_neg_integer()) -> {ok, {tuple(), inet:port_number(), string() | binary()}} | {error, term()}.
recv(Socket, Length) -> recv(Socket, Length, infinity).

-spec recv(socket(), non_neg_integer(), timeout()) ->
    {ok, {tuple(), inet:port_number(), string() | binary()}} | {error, term()}.
recv(?SOCKET(Pid, _), Length, Timeout) when is_integer(Length), Length >= 0, ?IS_TIMEOUT(Timeout) ->
    emberl_inet:call(Pid, recv, Timeout).

%% From then on there is one peer, and `send/2`.
-spec connect(socket(), map()) -> ok | {error, term()}.
connect(Socket, #{addr := Address, port := Port}) -> connect(Socket, Address, Port).

-spec connect(socket(), term(), inet:port_number()) -> ok | {error, term()}.
connect(?SOCKET(_, Handle) = Socket, Host, Port) when is_integer(Port), Port >= 0, Port < 65536 ->
    case to(Host, Socket) of
        {ok, Address} -> emberl_net:connect(Handle, {Address, Port});
        Error -> Error
    end.

-spec close(socket()) -> ok.
close(?SOCKET(Pid, _)) ->
    _ = emberl_inet:call(Pid, close),
    ok.

-spec controlling_process(socket(), pid()) -> ok | {error, closed | not_owner | badarg}.
controlling_process(?SOCKET(Pid, _) = Socket, New) when is_pid(New) -> emberl_inet:give(Pid, Socket, New).

%% The process of a socket.

-spec init({pid(), reference(), inet | inet6, tuple(), list()}) -> no_return().
init({Owner, _, Family, Local, Options}) ->
    Monitor = monitor(process, Owner),
    receive
        {call, From, Ref, open} ->
            case made(Family, Local, Options, #udp{owner = Owner, monitor = Monitor}) of
                {ok, S} ->
                    From ! {Ref, {ok, socket(S)}},
                    loop(read(S));
                Error ->
                    From ! {Ref, Error},
                    exit(normal)
            end;
        {'DOWN', Monitor, process, _, _} ->
            exit(normal)
    end.

%% A group is joined when the socket is bound.
made(Family, Local, Options, S) ->
    case emberl_net:open(Family, dgram) of
        {ok, Handle} ->
            Joins = [Join || {add_membership, _} = Join <- Options],
            First = [Option || Option <- Options, not lists:member(Option, Joins)],
            case set(First, S#udp{handle = Handle}) of
                {ok, Set} ->
                    case emberl_net:bind(Handle, Local) of
                        ok ->
                            case set(Joins, Set) of
                                {error, einval} -> badarg;
                                Joined -> Joined
                            end;
                        Error ->
                            Error
                    end;
                _ ->
                    badarg
            end;
        Error ->
            Error
    end.

socket(#udp{handle = Handle}) -> ?SOCKET(self(), Handle).

-spec loop(#udp{}) -> no_return().
loop(S) ->
    receive
        Message -> loop(handle(Message, S))
    after ?IDLE ->
        erlang:hibernate(?MODULE, loop, [S])
    end.

handle({'$socket', _, select, Ref}, #udp{ref = Ref} = S) ->
    read(S#udp{ref = undefined});
handle(again, #udp{ref = again} = S) ->
    read(S#udp{ref = undefined});
handle({call, From, Ref, Request}, S) ->
    {Reply, New} = call(Request, {From, Ref}, S),
    Reply =:= later orelse (From ! {Ref, Reply}),
    read(New);
handle({cancel, Ref}, #udp{readers = Readers} = S) ->
    case lists:keyfind(Ref, 2, Readers) of
        {From, _} ->
            From ! {Ref, {error, timeout}},
            S#udp{readers = [Reader || Reader <- Readers, element(2, Reader) =/= Ref]};
        false ->
            S
    end;
handle({'DOWN', Monitor, process, _, _}, #udp{monitor = Monitor} = S) ->
    stop(S);
handle(_, S) ->
    S.

-spec stop(#udp{}) -> no_return().
stop(#udp{handle = Handle, readers = Readers}) ->
    [From ! {Ref, {error, closed}} || {From, Ref} <- Readers],
    emberl_net:close(Handle),
    exit(normal).

call(recv, From, #udp{active = false, readers = Readers} = S) -> {later, S#udp{readers = Readers ++ [From]}};
call(close, {From, Ref}, S) ->
    From ! {Ref, ok},
    stop(S);
call({setopts, Options}, _, S) ->
    case set(Options, S) of
        {ok, Set} -> {ok, Set};
        Error -> {Error, S}
    end;
call({getopts, Names}, _, S) -> {getopts(Names, S, []), S};
call(sockname, _, #udp{handle = Handle} = S) -> {emberl_net:sockname(Handle), S};
call(peername, _, #udp{handle = Handle} = S) -> {emberl_net:peername(Handle), S};
call(hold, {Pid, _}, #udp{owner = Pid} = S) -> {ok, S#udp{held = true}};
call(hold, _, S) -> {{error, not_owner}, S};
call({own, New}, _, #udp{monitor = Monitor} = S) ->
    demonitor(Monitor, [flush]),
    {ok, S#udp{owner = New, monitor = monitor(process, New), held = false}};
call(_, _, S) -> {{error, einval}, S}.

%% Reading: only what somebody asks for.

read(#udp{held = false, ref = undefined, readers = [{Pid, _} | Rest]} = S) ->
    case is_process_alive(Pid) of
        true -> take(S);
        false -> read(S#udp{readers = Rest})
    end;
read(#udp{held = false, ref = undefined, active = Active} = S) when Active =/= false -> take(S);
read(S) -> S.

take(#udp{handle = Handle, buffer = Buffer} = S) ->
    case emberl_net:recvfrom(Handle, Buffer) of
        {ok, {Bytes, {Address, Port}}} -> deliver(Address, Port, shape(Bytes, S), S);
        {select, Ref} -> S#udp{ref = Ref};
        {error, Reason} -> failed(Reason, S)
    end.

shape(Bytes, #udp{mode = list}) -> binary_to_list(Bytes);
shape(Bytes, #udp{header = Header}) when Header > 0, byte_size(Bytes) >= Header ->
    <<Head:Header/binary, Rest/binary>> = Bytes,
    binary_to_list(Head) ++ Rest;
shape(Bytes, _) -> Bytes.

deliver(Address, Port, Data, #udp{active = false, readers = [{From, Ref} | Rest]} = S) ->
    From ! {Ref, {ok, {Address, Port, Data}}},
    more(S#udp{readers = Rest});
deliver(Address, Port, Data, #udp{owner = Owner} = S) ->
    Owner ! {udp, socket(S), Address, Port, Data},
    more(counted(S)).

%% Others have their turn before the next one.
more(S) ->
    self() ! again,
    S#udp{ref = again}.

%% What a datagram before has come to is told, and is no end.
failed(closed, S) ->
    stop(S);
failed(Reason, #udp{active = false, readers = [{From, Ref} | Rest]} = S) ->
    From ! {Ref, {error, Reason}},
    read(S#udp{readers = Rest});
failed(Reason, #udp{owner = Owner} = S) ->
    Owner ! {udp_error, socket(S), Reason},
    more(counted(S)).

counted(#udp{active = once} = S) -> S#udp{active = false};
counted(#udp{active = 1} = S) -> passive(S);
counted(#udp{active = Count} = S) when is_integer(Count) -> S#udp{active = Count - 1};
counted(S) -> S.

passive(#udp{owner = Owner} = S) ->
    Owner ! {udp_passive, socket(S)},
    S#udp{active = false}.

%% Options.

set([Option | Rest], S) ->
    case put_option(Option, S) of
        #udp{} = Set -> set(Rest, Set);
        error -> {error, einval};
        Error -> Error
    end;
set([], S) ->
    {ok, S};
set(_, _) ->
    {error, einval}.

put_option(Mode, S) when Mode =:= list; Mode =:= binary -> S#udp{mode = Mode};
put_option({mode, Mode}, S) when Mode =:= list; Mode =:= binary -> S#udp{mode = Mode};
put_option({active, Active}, S) when is_boolean(Active); Active =:= once -> S#udp{active = Active};
put_option({active, Count}, #udp{active = Before} = S) when is_integer(Count), Count >= -32768, Count =< 32767 ->
    case Count + if is_integer(Before) -> Before; true -> 0 end of
        Sum when Sum > 32767 -> error;
        Sum when Sum > 0 -> S#udp{active = Sum};
        _ -> passive(S)
    end;
put_option({header, Size}, S) when is_integer(Size), Size >= 0 -> S#udp{header = Size};
put_option({buffer, Size}, S) when is_integer(Size), Size > 0 -> S#udp{buffer = Size};
put_option(Option, #udp{handle = Handle} = S) ->
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

get_option(mode, S) -> {ok, S#udp.mode};
get_option(active, S) -> {ok, S#udp.active};
get_option(header, S) -> {ok, S#udp.header};
get_option(buffer, S) -> {ok, S#udp.buffer};
get_option(Name, #udp{handle = Handle}) when is_atom(Name) -> emberl_inet:tell(Name, Handle);
get_option(_, _) -> unknown.
