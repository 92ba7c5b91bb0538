%% Sockets without a process of their own, as OTP's module of this name (and AtomVM's): every call goes to the machine.
%% Owns the vocabulary: maps of addresses, levels of options, and what `nowait` answers. A socket is the machine's number
%% of it, owned by the process that made it: the messages of `select` name it so.
-module(socket).
-export([
    open/2, open/3, open/4, bind/2, listen/1, listen/2, accept/1, accept/2, connect/2, connect/3,
    send/2, send/3, send/4, sendto/3, sendto/4, sendto/5, recv/1, recv/2, recv/3, recv/4,
    recvfrom/1, recvfrom/2, recvfrom/3, recvfrom/4, shutdown/2, close/1, cancel/2,
    setopt/3, setopt/4, getopt/2, getopt/3, sockname/1, peername/1
]).

%% Bytes that are asked for when the length is not given.
-define(BUFFER, 8192).

-type socket() :: non_neg_integer().
-type sockaddr() :: #{family := inet | inet6, addr => inet:socket_address(), port => inet:port_number()}.
-type select_info() :: {select_info, atom(), reference()}.
-type wait() :: timeout() | nowait.
-export_type([socket/0, sockaddr/0, select_info/0]).

-spec open(atom(), atom()) -> {ok, socket()} | {error, term()}.
open(Domain, Type) -> open(Domain, Type, default).

-spec open(atom(), atom(), atom() | map()) -> {ok, socket()} | {error, term()}.
open(Domain, Type, #{}) -> open(Domain, Type, default);
open(Domain, _, _) when Domain =/= inet, Domain =/= inet6 -> invalid({domain, Domain});
open(Domain, stream, Protocol) when Protocol =:= tcp; Protocol =:= default; Protocol =:= 0 ->
    emberl_net:open(Domain, stream);
open(Domain, dgram, Protocol) when Protocol =:= udp; Protocol =:= default; Protocol =:= 0 ->
    emberl_net:open(Domain, dgram);
open(_, Type, _) when Type =/= stream, Type =/= dgram -> invalid({type, Type});
open(_, _, _) -> {error, eprotonosupport}.

-spec open(atom(), atom(), atom(), map()) -> {ok, socket()} | {error, term()}.
open(Domain, Type, Protocol, #{}) -> open(Domain, Type, Protocol).

invalid(What) -> {error, {invalid, What}}.

-spec bind(socket(), sockaddr() | any | loopback) -> ok | {error, term()}.
bind(Socket, Address) when Address =:= any; Address =:= loopback ->
    emberl_net:bind(Socket, endpoint(#{family => family(Socket), addr => Address}));
bind(Socket, Address) ->
    emberl_net:bind(Socket, endpoint(Address)).

family(Socket) ->
    case emberl_net:sockname(Socket) of
        {ok, {Address, _}} when tuple_size(Address) =:= 8 -> inet6;
        _ -> inet
    end.

endpoint(#{addr := Address, port := Port}) when is_tuple(Address), is_integer(Port), Port >= 0, Port < 65536 ->
    {Address, Port};
endpoint(#{addr := any, family := inet6, port := Port}) -> {{0, 0, 0, 0, 0, 0, 0, 0}, Port};
endpoint(#{addr := any, port := Port}) -> {{0, 0, 0, 0}, Port};
endpoint(#{addr := loopback, family := inet6, port := Port}) -> {{0, 0, 0, 0, 0, 0, 0, 1}, Port};
endpoint(#{addr := loopback, port := Port}) -> {{127, 0, 0, 1}, Port};
endpoint(#{family := _, addr := _} = Address) when not is_map_key(port, Address) -> endpoint(Address#{port => 0});
endpoint(#{family := _} = Address) when not is_map_key(addr, Address) -> endpoint(Address#{addr => any});
endpoint(Address) -> error({invalid, {sockaddr, Address}}).

map({Address, Port}) when tuple_size(Address) =:= 4 -> #{family => inet, addr => Address, port => Port};
map({Address, Port}) -> #{family => inet6, addr => Address, port => Port, flowinfo => 0, scope_id => 0}.

-spec listen(socket()) -> ok | {error, term()}.
listen(Socket) -> listen(Socket, 5).

-spec listen(socket(), non_neg_integer()) -> ok | {error, term()}.
listen(Socket, Backlog) when is_integer(Backlog), Backlog >= 0 -> emberl_net:listen(Socket, Backlog).

-spec accept(socket()) -> {ok, socket()} | {error, term()}.
accept(Socket) -> accept(Socket, infinity).

-spec accept(socket(), wait()) -> {ok, socket()} | {select, select_info()} | {error, term()}.
accept(Socket, Wait) ->
    case waiting(accept, Socket, fun() -> emberl_net:accept(Socket) end, until(Wait)) of
        {ok, {New, _}} -> {ok, New};
        Other -> Other
    end.

-spec connect(socket(), sockaddr()) -> ok | {error, term()}.
connect(Socket, Address) -> connect(Socket, Address, infinity).

-spec connect(socket(), sockaddr(), wait()) -> ok | {select, select_info()} | {error, term()}.
connect(Socket, Address, Wait) ->
    Endpoint = endpoint(Address),
    waiting(connect, Socket, fun() -> emberl_net:connect(Socket, Endpoint) end, until(Wait)).

until(nowait) -> nowait;
until(Timeout) -> emberl_inet:deadline(Timeout).

%% Asks until there is an answer, or time is over; `nowait` tells how to wait.
waiting(Tag, Socket, Ask, Until) ->
    case Ask() of
        {select, Ref} when Until =:= nowait ->
            {select, {select_info, Tag, Ref}};
        {select, Ref} ->
            case emberl_inet:wait(Socket, Ref, Until) of
                ok -> waiting(Tag, Socket, Ask, Until);
                Error -> Error
            end;
        Answer ->
            Answer
    end.

%% Takes a wait back.
-spec cancel(socket(), select_info()) -> ok | {error, term()}.
cancel(Socket, {select_info, _, Ref}) when is_reference(Ref) ->
    _ = emberl_net:cancel(Socket, Ref),
    receive
        {'$socket', Socket, select, Ref} -> ok
    after 0 -> ok
    end;
cancel(_, Info) ->
    invalid(Info).

-spec send(socket(), iodata()) -> ok | {error, term()}.
send(Socket, Data) -> send(Socket, Data, [], infinity).

-spec send(socket(), iodata(), wait() | list()) -> ok | {ok | select, term()} | {error, term()}.
send(Socket, Data, Flags) when is_list(Flags) -> send(Socket, Data, Flags, infinity);
send(Socket, Data, Wait) -> send(Socket, Data, [], Wait).

-spec send(socket(), iodata(), [], wait()) -> ok | {select, term()} | {error, term()}.
send(Socket, Data, [], Wait) ->
    Bytes = iolist_to_binary(Data),
    send_all(Socket, Bytes, byte_size(Bytes), until(Wait)).

send_all(Socket, Bytes, Size, Until) ->
    case waiting(send, Socket, fun() -> emberl_net:send(Socket, Bytes) end, Until) of
        {ok, Sent} when Sent >= byte_size(Bytes) ->
            ok;
        {ok, Sent} ->
            <<_:Sent/binary, Rest/binary>> = Bytes,
            send_all(Socket, Rest, Size, Until);
        {select, Info} when byte_size(Bytes) < Size -> {select, {Info, Bytes}};
        {error, Reason} when byte_size(Bytes) < Size -> {error, {Reason, Bytes}};
        {error, timeout} -> {error, {timeout, Bytes}};
        Other -> Other
    end.

-spec sendto(socket(), iodata(), sockaddr()) -> ok | {error, term()}.
sendto(Socket, Data, Address) -> sendto(Socket, Data, Address, [], infinity).

-spec sendto(socket(), iodata(), sockaddr(), wait() | list()) -> ok | {select, select_info()} | {error, term()}.
sendto(Socket, Data, Address, Flags) when is_list(Flags) -> sendto(Socket, Data, Address, Flags, infinity);
sendto(Socket, Data, Address, Wait) -> sendto(Socket, Data, Address, [], Wait).

-spec sendto(socket(), iodata(), sockaddr(), [], wait()) -> ok | {select, select_info()} | {error, term()}.
sendto(Socket, Data, Address, [], Wait) ->
    {Bytes, Endpoint} = {iolist_to_binary(Data), endpoint(Address)},
    case waiting(sendto, Socket, fun() -> emberl_net:sendto(Socket, Bytes, Endpoint) end, until(Wait)) of
        {ok, _} -> ok;
        Other -> Other
    end.

-spec recv(socket()) -> {ok, binary()} | {error, term()}.
recv(Socket) -> recv(Socket, 0, [], infinity).

-spec recv(socket(), non_neg_integer() | []) -> {ok, binary()} | {error, term()}.
recv(Socket, []) -> recv(Socket, 0, [], infinity);
recv(Socket, Length) -> recv(Socket, Length, [], infinity).

-spec recv(socket(), non_neg_integer() | [], wait() | []) -> {ok, binary()} | {select, term()} | {error, term()}.
recv(Socket, [], Wait) -> recv(Socket, 0, [], Wait);
recv(Socket, Length, []) -> recv(Socket, Length, [], infinity);
recv(Socket, Length, Wait) -> recv(Socket, Length, [], Wait).

%% So many bytes; with the length 0 those that are there, at least one.
-spec recv(socket(), non_neg_integer(), [], wait()) -> {ok, binary()} | {select, term()} | {error, term()}.
recv(Socket, 0, [], Wait) ->
    waiting(recv, Socket, fun() -> emberl_net:recv(Socket, ?BUFFER) end, until(Wait));
recv(Socket, Length, [], Wait) when is_integer(Length), Length > 0 ->
    recv_all(Socket, Length, [], until(Wait)).

recv_all(Socket, Left, Parts, Until) ->
    case waiting(recv, Socket, fun() -> emberl_net:recv(Socket, Left) end, Until) of
        {ok, Bytes} when byte_size(Bytes) < Left -> recv_all(Socket, Left - byte_size(Bytes), [Bytes | Parts], Until);
        {ok, Bytes} -> {ok, joined([Bytes | Parts])};
        {select, Info} when Parts =/= [] -> {select, {Info, joined(Parts)}};
        {error, Reason} when Parts =/= [] -> {error, {Reason, joined(Parts)}};
        Other -> Other
    end.

joined([Part]) -> Part;
joined(Parts) -> iolist_to_binary(lists:reverse(Parts)).

-spec recvfrom(socket()) -> {ok, {sockaddr(), binary()}} | {error, term()}.
recvfrom(Socket) -> recvfrom(Socket, 0, [], infinity).

-spec recvfrom(socket(), non_neg_integer() | []) -> {ok, {sockaddr(), binary()}} | {error, term()}.
recvfrom(Socket, []) -> recvfrom(Socket, 0, [], infinity);
recvfrom(Socket, Length) -> recvfrom(Socket, Length, [], infinity).

-spec recvfrom(socket(), non_neg_integer() | [], wait() | []) ->
    {ok, {sockaddr(), binary()}} | {select, select_info()} | {error, term()}.
recvfrom(Socket, [], Wait) -> recvfrom(Socket, 0, [], Wait);
recvfrom(Socket, Length, []) -> recvfrom(Socket, Length, [], infinity);
recvfrom(Socket, Length, Wait) -> recvfrom(Socket, Length, [], Wait).

-spec recvfrom(socket(), non_neg_integer(), [], wait()) ->
    {ok, {sockaddr(), binary()}} | {select, select_info()} | {error, term()}.
recvfrom(Socket, Length, [], Wait) when is_integer(Length), Length >= 0 ->
    Most =
        case Length of
            0 -> ?BUFFER;
            _ -> Length
        end,
    case waiting(recvfrom, Socket, fun() -> emberl_net:recvfrom(Socket, Most) end, until(Wait)) of
        {ok, {Bytes, From}} -> {ok, {map(From), Bytes}};
        Other -> Other
    end.

-spec shutdown(socket(), read | write | read_write) -> ok | {error, term()}.
shutdown(Socket, How) when How =:= read; How =:= write; How =:= read_write -> emberl_net:shutdown(Socket, How).

-spec close(socket()) -> ok | {error, term()}.
close(Socket) -> emberl_net:close(Socket).

-spec sockname(socket()) -> {ok, sockaddr()} | {error, term()}.
sockname(Socket) -> named(emberl_net:sockname(Socket)).

-spec peername(socket()) -> {ok, sockaddr()} | {error, term()}.
peername(Socket) -> named(emberl_net:peername(Socket)).

named({ok, Endpoint}) -> {ok, map(Endpoint)};
named(Error) -> Error.

%% Options.

-spec setopt(socket(), {atom(), atom()}, term()) -> ok | {error, term()}.
%% Buffers of OTP's own, which are not here.
setopt(_, {otp, Name}, _) when Name =:= rcvbuf; Name =:= sndbuf; Name =:= rcvctrlbuf; Name =:= sndctrlbuf; Name =:= debug ->
    ok;
setopt(Socket, {Level, Name} = Option, Value) ->
    case option(Level, Name) of
        unknown ->
            invalid({socket_option, Option});
        Known ->
            try
                emberl_net:setopt(Socket, Known, given(Known, Value))
            catch
                error:badarg -> invalid({Option, Value})
            end
    end.

-spec setopt(socket(), atom(), atom(), term()) -> ok | {error, term()}.
setopt(Socket, Level, Name, Value) -> setopt(Socket, {Level, Name}, Value).

-spec getopt(socket(), {atom(), atom()}) -> {ok, term()} | {error, term()}.
getopt(Socket, {socket, domain}) ->
    {ok, family(Socket)};
getopt(Socket, {Level, Name} = Option) ->
    case option(Level, Name) of
        Known when Known =:= unknown; Known =:= add_membership; Known =:= drop_membership ->
            invalid({socket_option, Option});
        linger ->
            case emberl_net:getopt(Socket, linger) of
                {ok, {On, Seconds}} -> {ok, #{onoff => On, linger => Seconds}};
                Error -> Error
            end;
        Known ->
            emberl_net:getopt(Socket, Known)
    end.

-spec getopt(socket(), atom(), atom()) -> {ok, term()} | {error, term()}.
getopt(Socket, Level, Name) -> getopt(Socket, {Level, Name}).

%% The machine's name of an option.
option(socket, reuseaddr) -> reuseaddr;
option(socket, keepalive) -> keepalive;
option(socket, broadcast) -> broadcast;
option(socket, rcvbuf) -> recbuf;
option(socket, sndbuf) -> sndbuf;
option(socket, linger) -> linger;
option(tcp, nodelay) -> nodelay;
option(ip, ttl) -> ttl;
option(ip, multicast_ttl) -> multicast_ttl;
option(ip, multicast_loop) -> multicast_loop;
option(ip, add_membership) -> add_membership;
option(ip, drop_membership) -> drop_membership;
option(ipv6, v6only) -> ipv6_v6only;
option(ipv6, unicast_hops) -> ttl;
option(ipv6, multicast_hops) -> multicast_ttl;
option(ipv6, multicast_loop) -> multicast_loop;
option(ipv6, add_membership) -> add_membership;
option(ipv6, drop_membership) -> drop_membership;
option(_, _) -> unknown.

given(linger, #{onoff := On, linger := Seconds}) -> {On, Seconds};
given(_, #{multiaddr := Group, interface := Interface}) when is_tuple(Interface) -> {Group, Interface};
given(_, #{multiaddr := Group}) -> Group;
given(_, Value) -> Value.
