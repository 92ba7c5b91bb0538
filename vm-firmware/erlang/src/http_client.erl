%% A small HTTP/1.1 client. Owns requests, redirects and what of an answer is kept; `emberl_http` reads the answers.
%% Servers of `https` must have a certificate for their name that leads to one of the authorities of the options.
-module(http_client).
-export([get/1, get/2, post/3, post/4, request/5, connect/1, connect/2, send/5, close/1, url/1]).

-type url() :: iodata().
-type method() :: atom() | iodata().
-type headers() :: [{iodata(), iodata()}].
%% All of it; or a function that is called with one that sends a part: in chunks, unless the headers tell the length.
-type body() :: iodata() | {stream, fun((fun((iodata()) -> ok | {error, term()})) -> term())}.
-type response() :: #{status := 100..999, headers := [{binary(), binary()}], body := binary() | term()}.
-type options() :: #{
    ssl => list(),
    headers => headers(),
    connect_timeout => timeout(),
    timeout => timeout(),
    redirects => non_neg_integer(),
    max_body => non_neg_integer() | infinity,
    max_line => pos_integer(),
    max_headers => pos_integer(),
    max_header_bytes => pos_integer(),
    %% Called with each part of the body and what it returned before: `{Start, Function}`.
    stream => {term(), fun((binary(), term()) -> term())}
}.
-opaque connection() :: {emberl_http:connection(), binary(), map()}.
-export_type([connection/0, options/0, response/0, body/0]).

-define(DEFAULTS, #{
    ssl => [], headers => [], connect_timeout => 10000, timeout => 30000, redirects => 0, max_body => 1048576,
    max_line => 4096, max_headers => 100, max_header_bytes => 16384, stream => none
}).

-spec get(url()) -> {ok, response()} | {error, term()}.
get(Url) -> get(Url, #{}).

-spec get(url(), options()) -> {ok, response()} | {error, term()}.
get(Url, Options) -> request(get, Url, [], <<>>, Options).

-spec post(url(), headers(), body()) -> {ok, response()} | {error, term()}.
post(Url, Headers, Body) -> post(Url, Headers, Body, #{}).

-spec post(url(), headers(), body(), options()) -> {ok, response()} | {error, term()}.
post(Url, Headers, Body, Options) -> request(post, Url, Headers, Body, Options).

%% One request on a connection of its own. Redirects are followed as often as the option says.
-spec request(method(), url(), headers(), body(), options()) -> {ok, response()} | {error, term()}.
request(Method, Url, Headers, Body, Options) ->
    case options(Options) of
        {ok, #{redirects := Redirects} = All} -> follow(Method, Url, Headers, Body, All, Redirects);
        Error -> Error
    end.

options(Options) ->
    case maps:keys(Options) -- maps:keys(?DEFAULTS) of
        [] -> {ok, maps:merge(?DEFAULTS, Options)};
        [Unknown | _] -> {error, {unknown_option, Unknown}}
    end.

follow(Method, Url, Headers, Body, Options, Left) ->
    case url(Url) of
        {ok, {Scheme, Host, Port, Target} = Parts} ->
            case open(Scheme, Host, Port, Options) of
                {ok, Connection} ->
                    case send(Connection, Method, Target, [{"connection", "close"} | Headers], Body) of
                        {ok, #{status := Status, headers := Answered} = Response, After} ->
                            close(After),
                            case redirected(Status, emberl_http:header(<<"location">>, Answered)) of
                                Location when is_binary(Location), Left > 0 ->
                                    redirect(Status, Location, Parts, {Method, Headers, Body}, Options, Left - 1);
                                _ ->
                                    {ok, Response}
                            end;
                        Error ->
                            Error
                    end;
                Error ->
                    Error
            end;
        Error ->
            Error
    end.

redirected(Status, Location) when
    Status =:= 301; Status =:= 302; Status =:= 303; Status =:= 307; Status =:= 308
->
    Location;
redirected(_, _) ->
    none.

%% Another host is not told what was meant for the first. A body that was streamed is gone.
redirect(Status, Location, {Scheme, Host, Port, Target}, {Method, Headers, Body}, Options, Left) ->
    New = resolve(Location, Scheme, Host, Port, Target),
    case url(New) of
        {ok, {NewScheme, NewHost, NewPort, _}} ->
            Same = {NewScheme, NewHost, NewPort} =:= {Scheme, Host, Port},
            {Kept, Safe} = {kept(Headers, Same), Options#{headers := kept(maps:get(headers, Options), Same)}},
            if
                Scheme =:= https, NewScheme =:= http -> {error, {unsafe_redirect, New}};
                Status =:= 303; Status < 303, Method =:= post ->
                    Plain = [Header || {Name, _} = Header <- Kept, not lists:member(small(Name), body_headers())],
                    follow(if Method =:= head -> head; true -> get end, New, Plain, <<>>, Safe, Left);
                is_tuple(Body) -> {error, {redirected, New}};
                true -> follow(Method, New, Kept, Body, Safe, Left)
            end;
        Error ->
            Error
    end.

body_headers() -> [<<"content-type">>, <<"content-length">>, <<"transfer-encoding">>, <<"expect">>].

kept(Headers, true) -> Headers;
kept(Headers, false) ->
    Private = [<<"authorization">>, <<"cookie">>, <<"proxy-authorization">>],
    [Header || {Name, _} = Header <- Headers, not lists:member(small(Name), Private)].

small(Name) -> emberl_http:lower(iolist_to_binary(Name)).

resolve(<<"//", Rest/binary>>, Scheme, _, _, _) -> iolist_to_binary([atom_to_binary(Scheme), "://", Rest]);
resolve(<<"/", _/binary>> = Path, Scheme, Host, Port, _) -> absolute(Scheme, Host, Port, Path);
resolve(Location, Scheme, Host, Port, Target) ->
    case binary:match(Location, <<"://">>) of
        {_, _} ->
            Location;
        nomatch ->
            [Path | _] = binary:split(Target, <<"?">>),
            Slashes = binary:matches(Path, <<"/">>),
            {Last, 1} = hd(lists:reverse(Slashes)),
            absolute(Scheme, Host, Port, [binary_part(Path, 0, Last + 1), Location])
    end.

absolute(Scheme, Host, Port, Path) ->
    iolist_to_binary([atom_to_binary(Scheme), "://", host(Host), ":", integer_to_binary(Port), Path]).

%% Scheme, host, port, and the target of the request.
-spec url(url()) -> {ok, {http | https, binary(), inet:port_number(), binary()}} | {error, {bad_url, url()}}.
url(Url) ->
    try unicode:characters_to_binary(Url) of
        <<"http://", Rest/binary>> -> url(http, 80, Rest, Url);
        <<"https://", Rest/binary>> -> url(https, 443, Rest, Url);
        _ -> {error, {bad_url, Url}}
    catch
        error:_ -> {error, {bad_url, Url}}
    end.

url(Scheme, Default, Rest, Url) ->
    [Sent | _] = binary:split(Rest, <<"#">>),
    {Authority, Target} =
        case binary:match(Sent, [<<"/">>, <<"?">>]) of
            {At, 1} ->
                <<Before:At/binary, After/binary>> = Sent,
                {Before, if binary_part(After, 0, 1) =:= <<"/">> -> After; true -> <<"/", After/binary>> end};
            nomatch ->
                {Sent, <<"/">>}
        end,
    Written = [Char || <<Char>> <= Target, Char =< 32 orelse Char >= 127],
    case authority(Authority) of
        {<<>>, _} -> {error, {bad_url, Url}};
        {Host, <<>>} when Written =:= [] -> {ok, {Scheme, Host, Default, Target}};
        {Host, Digits} when Written =:= [] ->
            case emberl_http:integer(Digits, 10, 5) of
                Port when is_integer(Port), Port < 65536 -> {ok, {Scheme, Host, Port, Target}};
                _ -> {error, {bad_url, Url}}
            end;
        _ -> {error, {bad_url, Url}}
    end.

%% Host and port; an IPv6 address is in brackets. A user's name and password are refused: they are for a header.
authority(<<"[", Rest/binary>>) ->
    case binary:split(Rest, <<"]">>) of
        [Host, <<>>] -> {Host, <<>>};
        [Host, <<":", Port/binary>>] -> {Host, Port};
        _ -> {<<>>, <<>>}
    end;
authority(Authority) ->
    case {binary:match(Authority, <<"@">>), binary:split(Authority, <<":">>, [global])} of
        {nomatch, [Host]} -> {Host, <<>>};
        {nomatch, [Host, Port]} -> {Host, Port};
        _ -> {<<>>, <<>>}
    end.

%% As it stands in a URL.
host(Host) ->
    case binary:match(Host, <<":">>) of
        nomatch -> Host;
        _ -> ["[", Host, "]"]
    end.

%% Connections for several requests.

-spec connect(url()) -> {ok, connection()} | {error, term()}.
connect(Url) -> connect(Url, #{}).

%% Connects to the host of a URL, whose path means nothing here.
-spec connect(url(), options()) -> {ok, connection()} | {error, term()}.
connect(Url, Options) ->
    case {options(Options), url(Url)} of
        {{ok, All}, {ok, {Scheme, Host, Port, _}}} -> open(Scheme, Host, Port, All);
        {{ok, _}, Error} -> Error;
        {Error, _} -> Error
    end.

open(Scheme, Host, Port, #{connect_timeout := Timeout, timeout := Patience, ssl := Tls} = Options) ->
    Common = [binary, {active, false}, {nodelay, true}, {send_timeout, Patience}, {send_timeout_close, true}],
    Name = binary_to_list(Host),
    {Address, Family} =
        case inet:parse_strict_address(Name) of
            {ok, Numbers} -> {Numbers, if tuple_size(Numbers) =:= 8 -> [inet6]; true -> [] end};
            _ -> {Name, []}
        end,
    {Kind, Connected} =
        case Scheme of
            http -> {gen_tcp, gen_tcp:connect(Address, Port, Common ++ Family, Timeout)};
            https -> {ssl, ssl:connect(Address, Port, Common ++ Family ++ Tls, Timeout)}
        end,
    Default = if Scheme =:= http -> 80; true -> 443 end,
    Shown =
        case Port of
            Default -> iolist_to_binary(host(Host));
            _ -> iolist_to_binary([host(Host), ":", integer_to_binary(Port)])
        end,
    case Connected of
        {ok, Socket} -> {ok, {emberl_http:connection(Kind, Socket), Shown, Options}};
        Error -> Error
    end.

-spec close(connection() | closed) -> ok.
close(closed) -> ok;
close({Connection, _, _}) -> emberl_http:close(Connection).

%% One request and its answer; and the connection for the next, which is `closed` when the server does not keep it, or
%% after an error.
-spec send(connection(), method(), iodata(), headers(), body()) ->
    {ok, response(), connection() | closed} | {error, term()}.
send(closed, _, _, _, _) ->
    {error, closed};
send({Connection, Host, #{timeout := Timeout} = Options} = Whole, Method, Target, Headers, Body) ->
    Verb = verb(Method),
    case {emberl_http:is_token(Verb), is_target(iolist_to_binary(Target))} of
        {true, true} ->
            Deadline = emberl_inet:deadline(Timeout),
            case sent(Connection, Host, Verb, Target, Headers, Body, Options) of
                ok -> answered(answer(Connection, Verb, Deadline, Options), Whole);
                {error, Reason} -> unsent(Reason, Connection, Verb, Deadline, Whole)
            end;
        _ ->
            {error, {bad_request, {Method, Target}}}
    end.

%% A server may answer, and then close, before it has read everything.
unsent(Reason, Connection, Verb, Deadline, {_, _, Options} = Whole) ->
    case answer(Connection, Verb, Deadline, Options) of
        {ok, Response, _} ->
            emberl_http:close(Connection),
            {ok, Response, closed};
        {error, _} ->
            answered({error, Reason}, Whole)
    end.

answered({ok, Response, {keep, After}}, {_, Host, Options}) -> {ok, Response, {After, Host, Options}};
answered({ok, Response, close}, {Connection, _, _}) ->
    emberl_http:close(Connection),
    {ok, Response, closed};
answered(Error, {Connection, _, _}) ->
    emberl_http:close(Connection),
    Error.

verb(get) -> <<"GET">>;
verb(head) -> <<"HEAD">>;
verb(post) -> <<"POST">>;
verb(put) -> <<"PUT">>;
verb(patch) -> <<"PATCH">>;
verb(delete) -> <<"DELETE">>;
verb(options) -> <<"OPTIONS">>;
verb(Method) when is_atom(Method) -> atom_to_binary(Method);
verb(Method) -> iolist_to_binary(Method).

is_target(<<Char, Rest/binary>>) when Char > 32, Char < 127 -> Rest =:= <<>> orelse is_target(Rest);
is_target(_) -> false.

sent(Connection, Host, Verb, Target, Given, Body, #{headers := Always}) ->
    Headers = Given ++ Always,
    Names = [small(Name) || {Name, _} <- Headers],
    Told = lists:member(<<"content-length">>, Names),
    Framing =
        case Body of
            _ when Told -> [];
            {stream, _} -> "transfer-encoding: chunked\r\n";
            _ ->
                case iolist_size(Body) of
                    0 when Verb =/= <<"POST">>, Verb =/= <<"PUT">>, Verb =/= <<"PATCH">> -> [];
                    Size -> ["content-length: ", integer_to_binary(Size), "\r\n"]
                end
        end,
    Default = [["host: ", Host, "\r\n"] || not lists:member(<<"host">>, Names)],
    Head = [Verb, " ", Target, " HTTP/1.1\r\n", Default, emberl_http:lines(Headers), Framing, "\r\n"],
    case Body of
        {stream, Produce} ->
            case emberl_http:send(Connection, Head) of
                ok -> stream(Connection, Produce, Framing);
                Error -> Error
            end;
        _ ->
            emberl_http:send(Connection, [Head, Body])
    end.

stream(Connection, Produce, []) ->
    Produce(fun(Data) -> emberl_http:send(Connection, Data) end),
    ok;
stream(Connection, Produce, _) ->
    Produce(fun(Data) ->
        case iolist_size(Data) of
            0 -> ok;
            _ -> emberl_http:send(Connection, emberl_http:chunk(Data))
        end
    end),
    emberl_http:send(Connection, "0\r\n\r\n").

%% The answer; those that say that it will come are passed over.
answer(Connection, Verb, Deadline, #{max_line := Line, max_headers := Count, max_header_bytes := Bytes} = Options) ->
    case emberl_http:head(Connection, #{line => Line, count => Count, bytes => Bytes}, Deadline) of
        {ok, First, Headers, After} ->
            case status(First) of
                {ok, Status, _} when Status >= 100, Status < 200, Status =/= 101 -> answer(After, Verb, Deadline, Options);
                {ok, Status, Version} -> content(Status, Version, Headers, Verb, After, Deadline, Options);
                error -> {error, bad_message}
            end;
        Error ->
            Error
    end.

status(<<"HTTP/1.", Minor, " ", Digits:3/binary, Rest/binary>>) when Minor =:= $0; Minor =:= $1 ->
    case {emberl_http:integer(Digits, 10, 3), Rest} of
        {Status, <<>>} when is_integer(Status), Status >= 100 -> {ok, Status, {1, Minor - $0}};
        {Status, <<" ", _/binary>>} when is_integer(Status), Status >= 100 -> {ok, Status, {1, Minor - $0}};
        _ -> error
    end;
status(_) ->
    error.

content(Status, Version, Headers, Verb, Connection, Deadline, #{stream := Stream, max_body := Most}) ->
    Empty = Verb =:= <<"HEAD">> orelse Status < 200 orelse Status =:= 204 orelse Status =:= 304,
    Framing =
        case emberl_http:framing(Headers, Version) of
            {ok, _} when Empty -> {ok, none};
            {ok, none} -> {ok, until_closed};
            Other -> Other
        end,
    Keep =
        Framing =/= {ok, until_closed} andalso
            begin
                Tokens = emberl_http:tokens(<<"connection">>, Headers),
                case Version of
                    {1, 1} -> not lists:member(<<"close">>, Tokens);
                    _ -> lists:member(<<"keep-alive">>, Tokens)
                end
            end,
    {Start, Add} =
        case Stream of
            none -> {[], fun(Part, Parts) -> [Part | Parts] end};
            {_, _} -> Stream
        end,
    case Framing of
        {ok, {length, Length}} when Length > Most ->
            {error, too_large};
        {ok, Body} ->
            case parts(Body, Connection, Deadline, Most, Start, Add) of
                {ok, Value, After} ->
                    Whole =
                        case Stream of
                            none -> iolist_to_binary(lists:reverse(Value));
                            _ -> Value
                        end,
                    Response = #{status => Status, headers => Headers, body => Whole},
                    {ok, Response, if Keep -> {keep, After}; true -> close end};
                Error ->
                    Error
            end;
        Error ->
            Error
    end.

parts(Body, Connection, Deadline, Left, Value, Add) ->
    case emberl_http:body(Body, Connection, Deadline) of
        {ok, Part, _, _} when byte_size(Part) > Left -> {error, too_large};
        {ok, Part, Rest, After} ->
            %% An atom is larger than any number.
            Still = if is_integer(Left) -> Left - byte_size(Part); true -> Left end,
            parts(Rest, After, Deadline, Still, Add(Part, Value), Add);
        {done, After} ->
            {ok, Value, After};
        Error ->
            Error
    end.
