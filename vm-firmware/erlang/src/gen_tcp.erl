%% TCP, as OTP's module of this name. Owns what options make a socket of; the socket itself is a process of
%% `emberl_stream`. A socket is `{'$inet', gen_tcp, Pid}`.
-module(gen_tcp).
-export([
    connect/2, connect/3, connect/4, listen/2, accept/1, accept/2, send/2, recv/2, recv/3,
    shutdown/2, close/1, controlling_process/2
]).

-define(SOCKET(Pid), {'$inet', gen_tcp, Pid}).
-define(IS_TIMEOUT(T), (T =:= infinity orelse (is_integer(T) andalso T >= 0))).
-define(IS_PORT(P), (is_integer(P) andalso P >= 0 andalso P < 65536)).

-type socket() :: {'$inet', gen_tcp, pid()}.
-export_type([socket/0]).

%% Connects to an address of `socket`: `#{family => inet, addr => Address, port => Port}`.
-spec connect(map(), list()) -> {ok, socket()} | {error, term()}.
connect(Address, Options) -> connect(Address, Options, infinity).

-spec connect(map() | inet:socket_address() | inet:hostname(), list() | inet:port_number(), timeout() | list()) ->
    {ok, socket()} | {error, term()}.
connect(#{addr := Host, port := Port} = Address, Options, Timeout) when is_list(Options) ->
    connect(Host, Port, [emberl_inet:family(Address, []) | Options], Timeout);
connect(Host, Port, Options) ->
    connect(Host, Port, Options, infinity).

-spec connect(inet:socket_address() | inet:hostname(), inet:port_number(), list(), timeout()) ->
    {ok, socket()} | {error, term()}.
connect(Host, Port, Options, Timeout) when is_list(Options), ?IS_PORT(Port), ?IS_TIMEOUT(Timeout) ->
    Family = emberl_inet:family(Host, Options),
    {[_, Local], Rest} = bound(Family, Options, undefined),
    Deadline = emberl_inet:deadline(Timeout),
    case emberl_inet:addresses(Host, Family, Deadline) of
        {ok, Addresses} -> try_each(Addresses, {connect, Family, Local, Port, Rest}, Deadline, {error, einval});
        Error -> Error
    end;
connect(_, _, _, _) ->
    exit(badarg).

try_each([Address | Rest], {connect, Family, Local, Port, Options} = What, Deadline, _) ->
    case made({connect, Family, Local, {Address, Port}, Options}, emberl_inet:left(Deadline)) of
        {ok, _} = Ok -> Ok;
        {error, timeout} = Error -> Error;
        Error -> try_each(Rest, What, Deadline, Error)
    end;
try_each([], _, _, Error) ->
    Error.

%% The backlog, and what the socket is bound to: by the options `ip` (or `ifaddr`) and `port`.
bound(Family, Options, Default) ->
    {[Backlog, Ip, Interface, Port], Rest} =
        emberl_inet:take([{backlog, 5}, {ip, undefined}, {ifaddr, undefined}, {port, Default}], Options),
    Address =
        case Ip of
            undefined -> Interface;
            _ -> Ip
        end,
    case {Address, Port} of
        {undefined, undefined} ->
            {[Backlog, undefined], Rest};
        _ ->
            case emberl_inet:local(or_else(Address, any), Family, or_else(Port, 0)) of
                {ok, Local} when is_integer(Backlog), Backlog >= 0 -> {[Backlog, Local], Rest};
                _ -> exit(badarg)
            end
    end.

or_else(undefined, Default) -> Default;
or_else(Value, _) -> Value.

%% A process becomes a socket, or ends.
made(Request, Timeout) ->
    case emberl_inet:call(emberl_stream:start(self()), Request, Timeout) of
        badarg -> exit(badarg);
        Result -> Result
    end.

-spec listen(inet:port_number(), list()) -> {ok, socket()} | {error, term()}.
listen(Port, Options) when is_list(Options), ?IS_PORT(Port) ->
    {[Address], _} = emberl_inet:take([{ip, undefined}], Options),
    Family = emberl_inet:family(Address, Options),
    {[Backlog, Local], Rest} = bound(Family, Options, Port),
    made({listen, Family, Local, Backlog, Rest}, infinity);
listen(_, _) ->
    exit(badarg).

-spec accept(socket()) -> {ok, socket()} | {error, term()}.
accept(Socket) -> accept(Socket, infinity).

-spec accept(socket(), timeout()) -> {ok, socket()} | {error, term()}.
accept(?SOCKET(Pid), Timeout) when ?IS_TIMEOUT(Timeout) -> emberl_inet:call(Pid, accept, Timeout).

%% Returns when the machine has taken all of it. After `{error, timeout}` a part of it may have been sent.
-spec send(socket(), iodata()) -> ok | {error, term()}.
send(?SOCKET(Pid), Data) ->
    case emberl_inet:bytes(Data) of
        error -> {error, einval};
        Bytes -> emberl_inet:call(Pid, {send, Bytes})
    end.

-spec recv(socket(), non_neg_integer()) -> {ok, term()} | {error, term()}.
recv(Socket, Length) -> recv(Socket, Length, infinity).

-spec recv(socket(), non_neg_integer(), timeout()) -> {ok, term()} | {error, term()}.
recv(?SOCKET(Pid), Length, Timeout) when is_integer(Length), Length >= 0, ?IS_TIMEOUT(Timeout) ->
    emberl_inet:call(Pid, {recv, Length}, Timeout).

-spec shutdown(socket(), read | write | read_write) -> ok | {error, term()}.
shutdown(?SOCKET(Pid), How) when How =:= read; How =:= write; How =:= read_write ->
    emberl_inet:call(Pid, {shutdown, How}).

-spec close(socket()) -> ok.
close(?SOCKET(Pid)) ->
    _ = emberl_inet:call(Pid, close),
    ok.

-spec controlling_process(socket(), pid()) -> ok | {error, closed | not_owner | badarg}.
controlling_process(?SOCKET(Pid) = Socket, New) when is_pid(New) -> emberl_inet:give(Pid, Socket, New).
