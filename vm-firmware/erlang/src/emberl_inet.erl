%% What the socket modules have in common: asking a socket's process, waiting for the machine, addresses, names, and the
%% options that the machine itself has. Owns no socket.
-module(emberl_inet).
-export([
    call/2, call/3, wait/3, deadline/1, left/1, give/3,
    family/2, addresses/3, local/3, take/2, option/2, tell/2, bytes/1, name/1
]).

-type deadline() :: integer() | infinity.
-export_type([deadline/0]).

%% Asks a socket's process. A socket whose process has ended is a closed one.
-spec call(pid(), term()) -> term().
call(Pid, Request) -> call(Pid, Request, infinity).

%% As above, in that time; then the process is told that nobody waits. It answers that, or has answered before.
-spec call(pid(), term(), timeout()) -> term().
call(Pid, Request, Timeout) ->
    Ref = monitor(process, Pid),
    Pid ! {call, self(), Ref, Request},
    receive
        {Ref, Reply} ->
            demonitor(Ref, [flush]),
            Reply;
        {'DOWN', Ref, _, _, _} ->
            {error, closed}
    after Timeout ->
        Pid ! {cancel, Ref},
        receive
            {Ref, Reply} ->
                demonitor(Ref, [flush]),
                Reply;
            {'DOWN', Ref, _, _, _} ->
                {error, closed}
        end
    end.

%% The time at which a timeout that begins now ends.
-spec deadline(timeout()) -> deadline().
deadline(infinity) -> infinity;
deadline(Timeout) -> erlang:monotonic_time(millisecond) + Timeout.

-spec left(deadline()) -> timeout().
left(infinity) -> infinity;
left(Deadline) -> max(0, Deadline - erlang:monotonic_time(millisecond)).

%% Waits until the machine says that a request may be repeated.
-spec wait(integer(), reference(), deadline()) -> ok | {error, atom()}.
wait(Handle, Ref, Deadline) ->
    receive
        {'$socket', Handle, select, Ref} -> ok;
        {'$socket', Handle, abort, {Ref, Reason}} -> {error, Reason}
    after left(Deadline) ->
        emberl_net:cancel(Handle, Ref),
        receive
            {'$socket', Handle, _, Ref} -> ok;
            {'$socket', Handle, _, {Ref, _}} -> ok
        after 0 -> ok
        end,
        {error, timeout}
    end.

%% Makes another process the owner of a socket. What the caller has of its messages already goes there first.
-spec give(pid(), term(), pid()) -> ok | {error, term()}.
give(Pid, Socket, New) when is_pid(New) ->
    case call(Pid, hold) of
        ok ->
            forward(Socket, New),
            call(Pid, {own, New});
        already when New =:= self() -> ok;
        Error -> Error
    end.

forward(Socket, New) ->
    receive
        Message when is_tuple(Message), tuple_size(Message) > 1, element(2, Message) =:= Socket ->
            New ! Message,
            forward(Socket, New)
    after 0 -> ok
    end.

%% The family that an address or the options ask for.
-spec family(term(), list()) -> inet | inet6.
family(Address, _) when tuple_size(Address) =:= 8 -> inet6;
family(#{family := Family}, _) -> Family;
family(_, Options) ->
    case lists:member(inet6, Options) of
        true -> inet6;
        false -> inet
    end.

%% The addresses of a host: an address, its text, or a name.
-spec addresses(term(), inet | inet6, deadline()) -> {ok, [tuple()]} | {error, atom()}.
addresses(Address, inet, _) when tuple_size(Address) =:= 4 -> {ok, [Address]};
addresses(Address, inet6, _) when tuple_size(Address) =:= 8 -> {ok, [Address]};
addresses(any, inet, _) -> {ok, [{0, 0, 0, 0}]};
addresses(any, inet6, _) -> {ok, [{0, 0, 0, 0, 0, 0, 0, 0}]};
addresses(loopback, inet, _) -> {ok, [{127, 0, 0, 1}]};
addresses(loopback, inet6, _) -> {ok, [{0, 0, 0, 0, 0, 0, 0, 1}]};
addresses(Name, Family, Deadline) when is_atom(Name) -> addresses(atom_to_list(Name), Family, Deadline);
addresses([_ | _] = Name, Family, Deadline) ->
    case {inet:parse_strict_address(Name), Family} of
        {{ok, Address}, inet} when tuple_size(Address) =:= 4 -> {ok, [Address]};
        {{ok, Address}, inet6} when tuple_size(Address) =:= 8 -> {ok, [Address]};
        {{ok, _}, _} -> {error, nxdomain};
        {_, _} -> lookup(Name, Family, Deadline)
    end;
addresses(Address, _, _) when is_tuple(Address) -> {error, eafnosupport};
addresses(_, _, _) -> {error, einval}.

lookup(Name, Family, Deadline) ->
    case name(Name) of
        Bytes when is_binary(Bytes) ->
            case emberl_net:lookup(Bytes, Family) of
                {ok, Handle} ->
                    Result = result(Handle, Deadline),
                    emberl_net:close(Handle),
                    Result;
                Error ->
                    Error
            end;
        error ->
            {error, einval}
    end.

result(Handle, Deadline) ->
    case emberl_net:result(Handle) of
        {select, Ref} ->
            case wait(Handle, Ref, Deadline) of
                ok -> result(Handle, Deadline);
                Error -> Error
            end;
        Result ->
            Result
    end.

%% A name as bytes.
-spec name(term()) -> binary() | error.
name(Name) when is_atom(Name) -> atom_to_binary(Name);
name(Name) ->
    try unicode:characters_to_binary(Name) of
        Bytes when is_binary(Bytes) -> Bytes;
        _ -> error
    catch
        error:_ -> error
    end.

%% What a socket is bound to: the address of an option `ip`, and a port.
-spec local(term(), inet | inet6, inet:port_number()) -> {ok, {tuple(), 0..65535}} | {error, atom()}.
local(#{addr := Address, port := Port}, Family, _) -> local(Address, Family, Port);
local(_, _, Port) when not is_integer(Port); Port < 0; Port > 65535 -> {error, badarg};
local(Address, Family, Port) when is_tuple(Address); Address =:= any; Address =:= loopback ->
    case addresses(Address, Family, infinity) of
        {ok, [First]} -> {ok, {First, Port}};
        {error, _} -> {error, badarg}
    end;
local(_, _, _) ->
    {error, badarg}.

%% Takes options out of a list: their values, or those given; the last of a name counts. And the rest of the list.
-spec take([{atom(), term()}], list()) -> {[term()], list()}.
take(Defaults, Options) -> take(Options, maps:from_list(Defaults), Defaults, []).

take([{Name, Value} = Option | Rest], Values, Defaults, Others) ->
    case Values of
        #{Name := _} -> take(Rest, Values#{Name := Value}, Defaults, Others);
        _ -> take(Rest, Values, Defaults, [Option | Others])
    end;
take([Option | Rest], Values, Defaults, Others) ->
    take(Rest, Values, Defaults, [Option | Others]);
take([], Values, Defaults, Others) ->
    {[maps:get(Name, Values) || {Name, _} <- Defaults], lists:reverse(Others)}.

%% The options that the machine itself has.
-define(OWN(Name),
    Name =:= nodelay; Name =:= keepalive; Name =:= reuseaddr; Name =:= broadcast; Name =:= recbuf; Name =:= sndbuf;
    Name =:= ttl; Name =:= multicast_ttl; Name =:= multicast_loop; Name =:= ipv6_v6only; Name =:= linger
).

%% Sets an option that is the machine's; those that have no meaning here are taken, too.
-spec option(term(), integer()) -> ok | {error, atom()}.
option({Name, Value}, Handle) when ?OWN(Name); Name =:= add_membership; Name =:= drop_membership ->
    try
        emberl_net:setopt(Handle, Name, Value)
    catch
        error:badarg -> {error, einval}
    end;
option({Name, _}, _) when
    Name =:= delay_send; Name =:= low_watermark; Name =:= high_watermark; Name =:= priority; Name =:= tos;
    Name =:= tclass; Name =:= nopush; Name =:= deliver; Name =:= read_packets; Name =:= reuseport;
    Name =:= reuseport_lb; Name =:= exclusiveaddruse; Name =:= multicast_if; Name =:= tcp_module;
    Name =:= udp_module; Name =:= inet_backend
->
    ok;
option(Name, _) when Name =:= inet; Name =:= inet6 ->
    ok;
option(_, _) ->
    {error, einval}.

%% The value of an option that is the machine's.
-spec tell(atom(), integer()) -> {ok, term()} | unknown.
tell(Name, Handle) when ?OWN(Name) ->
    case emberl_net:getopt(Handle, Name) of
        {ok, _} = Ok -> Ok;
        _ -> unknown
    end;
tell(_, _) ->
    unknown.

%% What is to be sent, as one binary.
-spec bytes(iodata()) -> binary() | error.
bytes(Data) when is_binary(Data) -> Data;
bytes(Data) ->
    try
        iolist_to_binary(Data)
    catch
        error:badarg -> error
    end.
