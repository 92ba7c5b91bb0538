%% A small HTTP/1.1 server: a process a connection, so many at a time, each with limits and timeouts. Owns listening,
%% the life of connections, and what is answered to messages that are wrong; `emberl_http` reads them, the program's
%% handler answers the others.
-module(http_server).
-export([start/1, start_link/1, stop/1, stop/2, port/1]).
-export([read/1, read_body/1, header/2, header/3, query/1]).
-export([init/3, connection/3]).

%% Of the process of a connection: how its request is doing.
-define(STATE, '$http_server').

-record(exchange, {
    %% Whether the client waits to be asked for the body, and whether anything can be read after it.
    phase = reading :: reading | expected | broken,
    body = none,
    connection,
    options,
    %% Bytes that the body may still have, and the time until which it must be there.
    left = 0,
    deadline
}).

-type request() :: #{
    method := binary(), target := binary(), path := binary(), query := binary(), version := {1, 0 | 1},
    headers := [{binary(), binary()}], remote := {inet:ip_address(), inet:port_number()} | undefined, scheme := http | https
}.
-type send() :: fun((iodata()) -> ok | {error, term()}).
-type response() ::
    100..599
    | {100..599, iodata()}
    | {100..599, [{iodata(), iodata()}], iodata() | {stream, fun((send()) -> term())}}.
-type handler() :: fun((request()) -> response()) | module() | {module(), term()}.
-type options() :: #{
    handler := handler(),
    port => inet:port_number(),
    ip => inet:socket_address(),
    inet6 => boolean(),
    ssl => list(),
    max_connections => pos_integer(),
    max_requests => pos_integer(),
    max_request_line => pos_integer(),
    max_headers => pos_integer(),
    max_header_bytes => pos_integer(),
    max_body => non_neg_integer() | infinity,
    request_timeout => timeout(),
    body_timeout => timeout(),
    idle_timeout => timeout(),
    send_timeout => timeout()
}.
-export_type([request/0, response/0, handler/0, options/0, send/0]).

-record(server, {
    listener,
    kind :: gen_tcp | ssl,
    options :: map(),
    %% Who waits for the next connection; nobody when there are as many as may be.
    acceptor :: pid() | later | undefined,
    connections = #{} :: #{pid() => true}
}).

-define(DEFAULTS, #{
    port => 80, ip => any, inet6 => false, ssl => undefined, max_connections => 8, max_requests => 1000,
    max_request_line => 2048, max_headers => 64, max_header_bytes => 8192, max_body => 65536,
    request_timeout => 10000, body_timeout => 30000, idle_timeout => 15000, send_timeout => 10000
}).

%% Starts a server; its connections end with it.
-spec start(options()) -> {ok, pid()} | {error, term()}.
start(Options) -> start(Options, []).

-spec start_link(options()) -> {ok, pid()} | {error, term()}.
start_link(Options) -> start(Options, [link]).

start(Options, How) ->
    case maps:keys(maps:remove(handler, Options)) -- maps:keys(?DEFAULTS) of
        [] when is_map_key(handler, Options) ->
            Ref = make_ref(),
            {Pid, Monitor} = spawn_opt(?MODULE, init, [self(), Ref, maps:merge(?DEFAULTS, Options)], [monitor | How]),
            receive
                {Ref, Result} ->
                    demonitor(Monitor, [flush]),
                    Result;
                {'DOWN', Monitor, process, Pid, Reason} ->
                    {error, Reason}
            end;
        [] ->
            {error, no_handler};
        [Unknown | _] ->
            {error, {unknown_option, Unknown}}
    end.

-spec stop(pid()) -> ok.
stop(Server) -> stop(Server, 5000).

%% Takes no more connections, lets requests that run come to their end for so many milliseconds, then ends them.
-spec stop(pid(), timeout()) -> ok.
stop(Server, Timeout) ->
    _ = emberl_inet:call(Server, {stop, Timeout}),
    ok.

%% The port that it listens at.
-spec port(pid()) -> {ok, inet:port_number()} | {error, term()}.
port(Server) -> emberl_inet:call(Server, port).

%% What handlers ask: in the process that runs them.

%% The next part of the body; the first call lets a client send it that waits for `100 Continue`.
-spec read(request()) -> {ok, binary()} | done | {error, too_large | timeout | closed | bad_message | term()}.
read(_) ->
    case get(?STATE) of
        #exchange{phase = broken} ->
            {error, closed};
        #exchange{deadline = undefined, options = #{body_timeout := Timeout}} = State ->
            State#exchange.phase =:= expected andalso
                emberl_http:send(State#exchange.connection, "HTTP/1.1 100 Continue\r\n\r\n"),
            read_part(State#exchange{phase = reading, deadline = emberl_inet:deadline(Timeout)});
        State ->
            read_part(State)
    end.

read_part(#exchange{body = Body, connection = Connection, left = Left, deadline = Deadline} = State) ->
    case emberl_http:body(Body, Connection, Deadline) of
        {ok, Part, _, _} when byte_size(Part) > Left ->
            failed(too_large, State);
        {ok, Part, Rest, After} ->
            %% An atom is larger than any number.
            Still =
                if
                    is_integer(Left) -> Left - byte_size(Part);
                    true -> Left
                end,
            put(?STATE, State#exchange{body = Rest, connection = After, left = Still}),
            {ok, Part};
        {done, After} ->
            put(?STATE, State#exchange{body = none, connection = After}),
            done;
        {error, Reason} ->
            failed(Reason, State)
    end.

%% After that nothing more can be read: the connection ends with the answer.
failed(Reason, State) ->
    put(?STATE, State#exchange{phase = broken}),
    {error, Reason}.

%% All of the body. It is at most as long as the option `max_body` lets it be.
-spec read_body(request()) -> {ok, binary()} | {error, too_large | timeout | closed | bad_message | term()}.
read_body(Request) -> read_body(Request, []).

read_body(Request, Parts) ->
    case read(Request) of
        {ok, Part} -> read_body(Request, [Part | Parts]);
        done -> {ok, iolist_to_binary(lists:reverse(Parts))};
        Error -> Error
    end.

%% The value of a header, whose name is in small letters.
-spec header(binary(), request()) -> binary() | undefined.
header(Name, Request) -> header(Name, Request, undefined).

-spec header(binary(), request(), Default) -> binary() | Default.
header(Name, #{headers := Headers}, Default) ->
    case lists:keyfind(Name, 1, Headers) of
        {_, Value} -> Value;
        false -> Default
    end.

%% The names and values of the query: `a=1&b` is `[{<<"a">>, <<"1">>}, {<<"b">>, <<>>}]`.
-spec query(request() | binary()) -> [{binary(), binary()}].
query(#{query := Query}) -> query(Query);
query(Query) ->
    [
        case binary:split(Pair, <<"=">>) of
            [Name, Value] -> {unquoted(Name), unquoted(Value)};
            [Name] -> {unquoted(Name), <<>>}
        end
     || Pair <- binary:split(Query, <<"&">>, [global]), Pair =/= <<>>
    ].

unquoted(Text) -> iolist_to_binary(unquote(Text)).

unquote(<<"+", Rest/binary>>) -> [$\s | unquote(Rest)];
unquote(<<"%", Digits:2/binary, Rest/binary>>) ->
    case emberl_http:integer(Digits, 16, 2) of
        error -> [$%, Digits | unquote(Rest)];
        Char -> [Char | unquote(Rest)]
    end;
unquote(<<Char, Rest/binary>>) -> [Char | unquote(Rest)];
unquote(<<>>) -> [].

%% The server's process.

-spec init(pid(), reference(), map()) -> no_return().
init(Starter, Ref, Options) ->
    process_flag(trap_exit, true),
    case listen(Options) of
        {ok, Kind, Listener} ->
            Starter ! {Ref, {ok, self()}},
            loop(accepting(#server{listener = Listener, kind = Kind, options = Options}), Starter);
        Error ->
            unlink(Starter),
            Starter ! {Ref, Error},
            exit(normal)
    end.

listen(#{port := Port, ip := Ip, inet6 := Inet6, ssl := Tls, send_timeout := Timeout, max_connections := Most}) ->
    Options = [
        binary, {active, false}, {reuseaddr, true}, {nodelay, true}, {ip, Ip}, {backlog, max(Most, 5)},
        {send_timeout, Timeout}, {send_timeout_close, true}
        | [inet6 || Inet6]
    ],
    {Kind, Listening} =
        case Tls of
            undefined -> {gen_tcp, gen_tcp:listen(Port, Options)};
            _ -> {ssl, ssl:listen(Port, Options ++ Tls)}
        end,
    case Listening of
        {ok, Listener} -> {ok, Kind, Listener};
        Error -> Error
    end.

%% One process waits for a connection, as long as there is room for one: others wait in the listener's backlog.
accepting(#server{acceptor = undefined, connections = Connections, options = #{max_connections := Most} = Options} = S) when
    map_size(Connections) < Most
->
    #server{kind = Kind, listener = Listener} = S,
    Pid = spawn_link(?MODULE, connection, [self(), {Kind, Listener}, Options]),
    S#server{acceptor = Pid, connections = Connections#{Pid => true}};
accepting(S) ->
    S.

loop(#server{acceptor = Acceptor, connections = Connections} = S, Starter) ->
    receive
        {accepted, Acceptor} ->
            loop(accepting(S#server{acceptor = undefined}), Starter);
        {'EXIT', Starter, Reason} ->
            ended(Reason, S);
        {'EXIT', Pid, Reason} when is_map_key(Pid, Connections) ->
            Left = S#server{connections = maps:remove(Pid, Connections)},
            case Pid of
                Acceptor when Reason =:= listener_closed -> ended(Reason, Left);
                %% It could not take a connection: there may be too few sockets for the moment.
                Acceptor when Reason =/= normal ->
                    erlang:send_after(100, self(), accept),
                    loop(Left#server{acceptor = later}, Starter);
                Acceptor -> loop(accepting(Left#server{acceptor = undefined}), Starter);
                _ -> loop(accepting(Left), Starter)
            end;
        accept when Acceptor =:= later ->
            loop(accepting(S#server{acceptor = undefined}), Starter);
        {call, From, Ref, port} ->
            From ! {Ref, port_of(S)},
            loop(S, Starter);
        {call, From, Ref, {stop, Timeout}} ->
            stopping(emberl_inet:deadline(Timeout), S),
            From ! {Ref, ok},
            exit(normal);
        _ ->
            loop(S, Starter)
    end.

port_of(#server{kind = gen_tcp, listener = Listener}) -> inet:port(Listener);
port_of(#server{kind = ssl, listener = Listener}) ->
    case ssl:sockname(Listener) of
        {ok, {_, Port}} -> {ok, Port};
        Error -> Error
    end.

close_listener(#server{kind = gen_tcp, listener = Listener}) -> gen_tcp:close(Listener);
close_listener(#server{kind = ssl, listener = Listener}) -> ssl:close(Listener).

-spec ended(term(), #server{}) -> no_return().
ended(Reason, #server{connections = Connections} = S) ->
    [exit(Pid, kill) || Pid <- maps:keys(Connections)],
    close_listener(S),
    exit(Reason).

%% Connections between two requests end at once; the others get the time that is left.
stopping(Deadline, #server{connections = Connections} = S) ->
    close_listener(S),
    [exit(Pid, kill) || Pid <- maps:keys(Connections), is_idle(Pid)],
    last_ones(Connections, Deadline).

is_idle(Pid) ->
    case process_info(Pid, dictionary) of
        {dictionary, Dictionary} -> not lists:keymember(?STATE, 1, Dictionary);
        undefined -> true
    end.

last_ones(Connections, _) when map_size(Connections) =:= 0 -> ok;
last_ones(Connections, Deadline) ->
    receive
        {'EXIT', Pid, _} -> last_ones(maps:remove(Pid, Connections), Deadline)
    after min(50, emberl_inet:left(Deadline)) ->
        case emberl_inet:left(Deadline) of
            0 -> [exit(Pid, kill) || Pid <- maps:keys(Connections)];
            _ -> [exit(Pid, kill) || Pid <- maps:keys(Connections), is_idle(Pid)]
        end,
        case emberl_inet:left(Deadline) of
            0 -> ok;
            _ -> last_ones(Connections, Deadline)
        end
    end.

%% The process of a connection.

-spec connection(pid(), {gen_tcp | ssl, term()}, map()) -> ok.
connection(Server, {Kind, Listener}, Options) ->
    case accept(Kind, Listener) of
        {ok, Socket} ->
            Server ! {accepted, self()},
            case ready(Kind, Socket, Options) of
                {ok, Connection, Peer} -> requests(Connection, Peer, Options, 1);
                {error, _} -> ok
            end;
        {error, closed} ->
            exit(listener_closed);
        {error, _} ->
            exit(not_accepted)
    end.

accept(gen_tcp, Listener) -> gen_tcp:accept(Listener);
accept(ssl, Listener) -> ssl:transport_accept(Listener).

ready(gen_tcp, Socket, _) ->
    {ok, emberl_http:connection(gen_tcp, Socket), remote(inet:peername(Socket))};
ready(ssl, Socket, #{request_timeout := Timeout}) ->
    case ssl:handshake(Socket, Timeout) of
        {ok, Secured} -> {ok, emberl_http:connection(ssl, Secured), remote(ssl:peername(Secured))};
        Error -> Error
    end.

remote({ok, Peer}) -> Peer;
remote(_) -> undefined.

requests(Connection, _, #{max_requests := Most}, Count) when Count > Most ->
    emberl_http:close(Connection);
requests(Connection, Peer, Options, Count) ->
    Wait = maps:get(if Count =:= 1 -> request_timeout; true -> idle_timeout end, Options),
    case emberl_http:buffered(Connection, emberl_inet:deadline(Wait)) of
        {ok, Begun} ->
            put(?STATE, #exchange{connection = Begun, options = Options}),
            case request(Begun, Peer, Options, Count) of
                {keep, After} ->
                    erase(?STATE),
                    requests(After, Peer, Options, Count + 1);
                close ->
                    ok
            end;
        {error, _} ->
            emberl_http:close(Connection)
    end.

request(Connection, Peer, Options, Count) ->
    #{max_request_line := Line, max_headers := Headers, max_header_bytes := Bytes, request_timeout := Timeout} = Options,
    Limits = #{line => Line, count => Headers, bytes => Bytes},
    case emberl_http:head(Connection, Limits, emberl_inet:deadline(Timeout)) of
        {ok, First, Fields, After} ->
            case checked(First, Fields, Options) of
                {ok, Request, Body} -> handled(Request#{remote => Peer}, Body, After, Options, Count);
                {error, Status} -> refused(Status, After)
            end;
        {error, line_too_long} -> refused(414, Connection);
        {error, headers_too_large} -> refused(431, Connection);
        {error, bad_message} -> refused(400, Connection);
        {error, timeout} -> refused(408, Connection);
        {error, _} -> over(Connection)
    end.

over(Connection) ->
    emberl_http:close(Connection),
    close.

%% What comes after a message that is wrong cannot be told from it.
refused(Status, Connection) ->
    Text = reason(Status),
    _ = emberl_http:send(Connection, [
        status(Status), "content-type: text/plain\r\nconnection: close\r\ncontent-length: ",
        integer_to_binary(byte_size(Text)), "\r\n\r\n", Text
    ]),
    linger(Connection).

%% Closing with unread bytes resets the connection, which may take the answer away: so what the client still sends is
%% read for a moment.
linger({gen_tcp, Socket, _} = Connection) ->
    _ = gen_tcp:shutdown(Socket, write),
    rest(Connection, emberl_inet:deadline(500), 64),
    over(Connection);
linger(Connection) ->
    over(Connection).

rest({gen_tcp, Socket, _} = Connection, Deadline, Parts) when Parts > 0 ->
    case gen_tcp:recv(Socket, 0, emberl_inet:left(Deadline)) of
        {ok, _} -> rest(Connection, Deadline, Parts - 1);
        {error, _} -> ok
    end;
rest(_, _, _) ->
    ok.

%% The request, and how its body is told.
checked(First, Headers, #{max_body := Most, ssl := Tls}) ->
    case binary:split(First, <<" ">>, [global]) of
        [Method, Target, <<"HTTP/", Major, ".", Minor>>] when
            Major >= $0, Major =< $9, Minor >= $0, Minor =< $9, Target =/= <<>>
        ->
            Version = {Major - $0, min(1, Minor - $0)},
            Hosts = length(emberl_http:headers(<<"host">>, Headers)),
            case emberl_http:is_token(Method) andalso is_target(Target) of
                false -> {error, 400};
                true when Major =/= $1 -> {error, 505};
                true when Hosts > 1; Hosts =:= 0, Version =:= {1, 1} -> {error, 400};
                true ->
                    case emberl_http:framing(Headers, Version) of
                        {ok, {length, Length}} when Length > Most -> {error, 413};
                        {ok, Body} ->
                            case unexpected(Headers) of
                                true -> {error, 417};
                                false -> {ok, described(Method, Target, Version, Headers, Tls), Body}
                            end;
                        {error, bad_message} -> {error, 400};
                        {error, not_implemented} -> {error, 501}
                    end
            end;
        _ ->
            {error, 400}
    end.

is_target(<<Char, Rest/binary>>) when Char > 32, Char < 127 -> is_target(Rest);
is_target(Rest) -> Rest =:= <<>>.

unexpected(Headers) ->
    case emberl_http:tokens(<<"expect">>, Headers) of
        [] -> false;
        [<<"100-continue">>] -> false;
        _ -> true
    end.

described(Method, Target, Version, Headers, Tls) ->
    {Path, Query} =
        case binary:split(path(Target), <<"?">>) of
            [Before, After] -> {Before, After};
            [Before] -> {Before, <<>>}
        end,
    #{
        method => Method,
        target => Target,
        path => Path,
        query => Query,
        version => Version,
        headers => Headers,
        scheme => if Tls =:= undefined -> http; true -> https end
    }.

%% Of a target with scheme and host, what comes after them.
path(<<"/", _/binary>> = Path) -> Path;
path(Target) ->
    case binary:split(Target, <<"://">>) of
        [_, Rest] ->
            case binary:match(Rest, [<<"/">>, <<"?">>]) of
                {At, _} when At < byte_size(Rest) ->
                    <<_:At/binary, Path/binary>> = Rest,
                    Path;
                nomatch ->
                    <<"/">>
            end;
        [_] ->
            Target
    end.

handled(#{headers := Headers, version := Version} = Request, Body, Connection, #{max_body := Most} = Options, Count) ->
    Expected = Version =:= {1, 1} andalso emberl_http:tokens(<<"expect">>, Headers) =/= [] andalso Body =/= none,
    Phase =
        if
            Expected -> expected;
            true -> reading
        end,
    put(?STATE, #exchange{phase = Phase, body = Body, connection = Connection, options = Options, left = Most}),
    Keep = keeps(Version, emberl_http:tokens(<<"connection">>, Headers)) andalso Count < maps:get(max_requests, Options),
    try call(maps:get(handler, Options), Request) of
        Response -> answered(Response, Request, Keep)
    catch
        Class:Reason:Stack ->
            refused(500, Connection),
            erlang:raise(Class, Reason, Stack)
    end.

keeps({1, 1}, Tokens) -> not lists:member(<<"close">>, Tokens);
keeps(_, Tokens) -> lists:member(<<"keep-alive">>, Tokens).

call(Handler, Request) when is_function(Handler, 1) -> Handler(Request);
call({Module, Argument}, Request) -> Module:handle(Request, Argument);
call(Module, Request) -> Module:handle(Request, undefined).

%% Answering.

answered(Status, Request, Keep) when is_integer(Status) -> answered({Status, [], <<>>}, Request, Keep);
answered({Status, Body}, Request, Keep) -> answered({Status, [], Body}, Request, Keep);
answered({Status, Headers, Body}, #{method := Method, version := Version} = Request, Keep) when is_integer(Status) ->
    #exchange{phase = Phase, connection = Connection} = get(?STATE),
    Names = [emberl_http:lower(iolist_to_binary(Name)) || {Name, _} <- Headers],
    Empty = Method =:= <<"HEAD">> orelse Status < 200 orelse Status =:= 204 orelse Status =:= 304,
    Told = lists:member(<<"content-length">>, Names),
    Framing =
        case Body of
            _ when Status < 200; Status =:= 204; Told -> [];
            {stream, _} when Version =:= {1, 1} -> "transfer-encoding: chunked\r\n";
            {stream, _} -> [];
            _ when Status =:= 304 -> [];
            _ -> ["content-length: ", integer_to_binary(iolist_size(Body)), "\r\n"]
        end,
    %% Where nothing tells its end, the connection's is the body's.
    Ended = Empty orelse Told orelse Framing =/= [],
    Kept = Keep andalso Ended andalso Phase =:= reading andalso not lists:member(<<"connection">>, Names),
    Linger =
        case Kept of
            true when Version =:= {1, 1} -> [];
            true -> "connection: keep-alive\r\n";
            false ->
                case lists:member(<<"connection">>, Names) of
                    true -> [];
                    false -> "connection: close\r\n"
                end
        end,
    Head = [status(Status), emberl_http:lines(Headers), Framing, Linger, "\r\n"],
    Sent = sent(Body, Head, Empty, Framing, Connection),
    after_answer(Sent, Kept, Request).

sent({stream, _}, Head, true, _, Connection) -> emberl_http:send(Connection, Head);
sent(_, Head, true, _, Connection) -> emberl_http:send(Connection, Head);
sent({stream, Produce}, Head, false, Framing, Connection) ->
    case emberl_http:send(Connection, Head) of
        ok ->
            {Send, Last} =
                case Framing of
                    [] -> {fun(Data) -> emberl_http:send(Connection, Data) end, []};
                    _ -> {fun(Data) -> send_chunk(Connection, Data) end, "0\r\n\r\n"}
                end,
            Produce(Send),
            emberl_http:send(Connection, Last);
        Error ->
            Error
    end;
sent(Body, Head, false, _, Connection) when is_binary(Body), byte_size(Body) > 1024 ->
    %% A long one is not copied into one with the head.
    case emberl_http:send(Connection, Head) of
        ok -> send_parts(Connection, Body);
        Error -> Error
    end;
sent(Body, Head, false, _, Connection) ->
    send_parts(Connection, iolist_to_binary([Head, Body])).

%% Each part has the time of `send_timeout`.
send_parts(Connection, <<Part:16384/binary, Rest/binary>>) when Rest =/= <<>> ->
    case emberl_http:send(Connection, Part) of
        ok -> send_parts(Connection, Rest);
        Error -> Error
    end;
send_parts(Connection, Part) ->
    emberl_http:send(Connection, Part).

%% An empty chunk would be the last one.
send_chunk(Connection, Data) ->
    case iolist_size(Data) of
        0 -> ok;
        _ -> emberl_http:send(Connection, emberl_http:chunk(Data))
    end.

%% What the handler has not read of the body is read now, if it is short. A client that waits to be asked for its body
%% will send it, or not; one that sent a wrong body cannot be followed: then the connection ends.
after_answer(ok, true, Request) ->
    case skipped(Request, 32) of
        true ->
            #exchange{connection = Connection} = get(?STATE),
            {keep, Connection};
        false ->
            after_answer(ok, false, Request)
    end;
after_answer(ok, false, _) ->
    case get(?STATE) of
        #exchange{phase = reading, body = Body, connection = Connection} when Body =:= none; Body =:= {length, 0} ->
            over(Connection);
        #exchange{connection = Connection} ->
            linger(Connection)
    end;
after_answer(_, _, _) ->
    #exchange{connection = Connection} = get(?STATE),
    over(Connection).

skipped(Request, Parts) when Parts > 0 ->
    case read(Request) of
        {ok, _} -> skipped(Request, Parts - 1);
        done -> true;
        {error, _} -> false
    end;
skipped(_, _) ->
    false.

status(Status) -> ["HTTP/1.1 ", integer_to_binary(Status), " ", reason(Status), "\r\n"].

reason(200) -> <<"OK">>;
reason(201) -> <<"Created">>;
reason(202) -> <<"Accepted">>;
reason(204) -> <<"No Content">>;
reason(206) -> <<"Partial Content">>;
reason(301) -> <<"Moved Permanently">>;
reason(302) -> <<"Found">>;
reason(303) -> <<"See Other">>;
reason(304) -> <<"Not Modified">>;
reason(307) -> <<"Temporary Redirect">>;
reason(308) -> <<"Permanent Redirect">>;
reason(400) -> <<"Bad Request">>;
reason(401) -> <<"Unauthorized">>;
reason(403) -> <<"Forbidden">>;
reason(404) -> <<"Not Found">>;
reason(405) -> <<"Method Not Allowed">>;
reason(408) -> <<"Request Timeout">>;
reason(409) -> <<"Conflict">>;
reason(413) -> <<"Content Too Large">>;
reason(414) -> <<"URI Too Long">>;
reason(415) -> <<"Unsupported Media Type">>;
reason(417) -> <<"Expectation Failed">>;
reason(422) -> <<"Unprocessable Content">>;
reason(429) -> <<"Too Many Requests">>;
reason(431) -> <<"Request Header Fields Too Large">>;
reason(500) -> <<"Internal Server Error">>;
reason(501) -> <<"Not Implemented">>;
reason(503) -> <<"Service Unavailable">>;
reason(505) -> <<"HTTP Version Not Supported">>;
reason(_) -> <<"Status">>.
