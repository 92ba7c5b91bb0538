%% Lines of HTTP as `erlang:decode_packet/3` reads them, for sockets with `{packet, http}` and its kin. Owns that reading
%% only: the server and the client of this machine read more strictly, by `emberl_http`.
-module(emberl_packet).
-export([decode/3]).

%% Header fields whose names become atoms, and their numbers.
-define(FIELDS, #{
    <<"Cache-Control">> => 1, <<"Connection">> => 2, <<"Date">> => 3, <<"Pragma">> => 4, <<"Transfer-Encoding">> => 5,
    <<"Upgrade">> => 6, <<"Via">> => 7, <<"Accept">> => 8, <<"Accept-Charset">> => 9, <<"Accept-Encoding">> => 10,
    <<"Accept-Language">> => 11, <<"Authorization">> => 12, <<"From">> => 13, <<"Host">> => 14,
    <<"If-Modified-Since">> => 15, <<"If-Match">> => 16, <<"If-None-Match">> => 17, <<"If-Range">> => 18,
    <<"If-Unmodified-Since">> => 19, <<"Max-Forwards">> => 20, <<"Proxy-Authorization">> => 21, <<"Range">> => 22,
    <<"Referer">> => 23, <<"User-Agent">> => 24, <<"Age">> => 25, <<"Location">> => 26, <<"Proxy-Authenticate">> => 27,
    <<"Public">> => 28, <<"Retry-After">> => 29, <<"Server">> => 30, <<"Vary">> => 31, <<"Warning">> => 32,
    <<"Www-Authenticate">> => 33, <<"Allow">> => 34, <<"Content-Base">> => 35, <<"Content-Encoding">> => 36,
    <<"Content-Language">> => 37, <<"Content-Length">> => 38, <<"Content-Location">> => 39, <<"Content-Md5">> => 40,
    <<"Content-Range">> => 41, <<"Content-Type">> => 42, <<"Etag">> => 43, <<"Expires">> => 44,
    <<"Last-Modified">> => 45, <<"Accept-Ranges">> => 46, <<"Set-Cookie">> => 47, <<"Set-Cookie2">> => 48,
    <<"X-Forwarded-For">> => 49, <<"Cookie">> => 50, <<"Keep-Alive">> => 51, <<"Proxy-Connection">> => 52
}).

-type type() :: http | http_bin | httph | httph_bin.

%% The first line's or the next header's packet, and what follows; `more` while it is not whole.
-spec decode(type(), boolean(), binary()) -> {ok, http_eoh | tuple(), binary()} | more.
decode(Type, InHeaders, Bytes) ->
    Text =
        case Type =:= http orelse Type =:= httph of
            true -> fun binary_to_list/1;
            false -> fun(Binary) -> Binary end
        end,
    case InHeaders orelse Type =:= httph orelse Type =:= httph_bin of
        true -> header(Bytes, Text);
        false -> first_line(Bytes, Text)
    end.

first_line(Bytes, Text) ->
    case line(Bytes, 0) of
        nomatch ->
            more;
        {Size, Length} ->
            <<Whole:Size/binary, Rest/binary>> = Bytes,
            <<Line:Length/binary, _/binary>> = Whole,
            {ok, first_packet(Line, Whole, Text), Rest}
    end.

%% The next line from there on: the end of all of it, and of it without its line break.
line(Bytes, From) ->
    case binary:match(Bytes, <<"\n">>, [{scope, {From, byte_size(Bytes) - From}}]) of
        {At, 1} when At > From ->
            case binary:at(Bytes, At - 1) of
                $\r -> {At + 1, At - 1};
                _ -> {At + 1, At}
            end;
        {At, 1} ->
            {At + 1, At};
        nomatch ->
            nomatch
    end.

first_packet(<<"HTTP/", Answer/binary>>, Whole, Text) ->
    case version(Answer) of
        {ok, Version, Rest} ->
            case number(spaced(Rest), 0, 0) of
                {ok, Status, Phrase} -> {http_response, Version, Status, Text(spaced(Phrase))};
                error -> {http_error, Text(Whole)}
            end;
        error ->
            {http_error, Text(Whole)}
    end;
first_packet(Line, Whole, Text) ->
    case word(Line) of
        {Method, Rest} when Method =/= <<>>, Rest =/= <<>> ->
            {Target, After} = word(spaced(Rest)),
            case Target =/= <<>> andalso requested_version(spaced(After)) of
                Wrong when Wrong =:= false; Wrong =:= error -> {http_error, Text(Whole)};
                Version -> {http_request, method(Method, Text), target(Target, Text), Version}
            end;
        _ ->
            {http_error, Text(Whole)}
    end.

requested_version(<<>>) ->
    {0, 9};
requested_version(<<"HTTP/", Version/binary>>) ->
    case version(Version) of
        {ok, Numbers, Rest} ->
            case spaced(Rest) of
                <<>> -> Numbers;
                _ -> error
            end;
        error ->
            error
    end;
requested_version(_) ->
    error.

version(Bytes) ->
    case number(Bytes, 0, 0) of
        {ok, Major, <<".", Rest/binary>>} ->
            case number(Rest, 0, 0) of
                {ok, Minor, After} -> {ok, {Major, Minor}, After};
                error -> error
            end;
        _ ->
            error
    end.

%% A number that ends at a space, a dot or the end.
number(<<Digit, Rest/binary>>, Sum, Count) when Digit >= $0, Digit =< $9, Count < 8 ->
    number(Rest, Sum * 10 + Digit - $0, Count + 1);
number(<<Other, _/binary>> = Rest, Sum, Count) when Count > 0, (Other =:= $. orelse Other =:= $\s orelse Other =:= $\t) ->
    {ok, Sum, Rest};
number(<<>>, Sum, Count) when Count > 0 ->
    {ok, Sum, <<>>};
number(_, _, _) ->
    error.

spaced(<<Space, Rest/binary>>) when Space =:= $\s; Space =:= $\t -> spaced(Rest);
spaced(Rest) -> Rest.

word(Bytes) ->
    case binary:match(Bytes, [<<" ">>, <<"\t">>]) of
        {At, _} ->
            <<Word:At/binary, Rest/binary>> = Bytes,
            {Word, Rest};
        nomatch ->
            {Bytes, <<>>}
    end.

method(<<"GET">>, _) -> 'GET';
method(<<"HEAD">>, _) -> 'HEAD';
method(<<"POST">>, _) -> 'POST';
method(<<"PUT">>, _) -> 'PUT';
method(<<"DELETE">>, _) -> 'DELETE';
method(<<"OPTIONS">>, _) -> 'OPTIONS';
method(<<"TRACE">>, _) -> 'TRACE';
method(Method, Text) -> Text(Method).

target(<<"*">>, _) -> '*';
target(<<"/", _/binary>> = Path, Text) -> {abs_path, Text(Path)};
target(<<"http://", Rest/binary>>, Text) -> absolute(http, Rest, Text);
target(<<"https://", Rest/binary>>, Text) -> absolute(https, Rest, Text);
target(Target, Text) ->
    case binary:split(Target, <<":">>) of
        [Scheme, Rest] -> {scheme, Text(Scheme), Text(Rest)};
        [_] -> Text(Target)
    end.

absolute(Scheme, Rest, Text) ->
    {Authority, Path} =
        case binary:match(Rest, <<"/">>) of
            {At, 1} ->
                <<Before:At/binary, After/binary>> = Rest,
                {Before, After};
            nomatch ->
                {Rest, <<"/">>}
        end,
    case binary:split(Authority, <<":">>) of
        [Host, Digits] ->
            Port =
                case number(Digits, 0, 0) of
                    {ok, Number, <<>>} -> Number;
                    _ -> undefined
                end,
            {absoluteURI, Scheme, Text(Host), Port, Text(Path)};
        [Host] ->
            {absoluteURI, Scheme, Text(Host), undefined, Text(Path)}
    end.

%% A header: it is whole when the line after it does not begin with a space.
header(<<"\r\n", Rest/binary>>, _) -> {ok, http_eoh, Rest};
header(<<"\n", Rest/binary>>, _) -> {ok, http_eoh, Rest};
header(Bytes, Text) ->
    case whole(Bytes, 0) of
        more ->
            more;
        {Size, Length} ->
            <<Whole:Size/binary, Rest/binary>> = Bytes,
            <<Line:Length/binary, _/binary>> = Whole,
            Packet =
                case named(Line, 0) of
                    error ->
                        {http_error, Text(Whole)};
                    At ->
                        <<Name:At/binary, ":", Value/binary>> = Line,
                        field(Name, Text(spaced(Value)), Text)
                end,
            {ok, Packet, Rest}
    end.

whole(Bytes, From) ->
    case line(Bytes, From) of
        {Size, _} when Size =:= byte_size(Bytes) -> more;
        {Size, Length} ->
            case binary:at(Bytes, Size) of
                Space when Space =:= $\s; Space =:= $\t -> whole(Bytes, Size);
                _ -> {Size, Length}
            end;
        nomatch -> more
    end.

%% Where the colon after a name is.
named(Line, At) ->
    case Line of
        <<_:At/binary, ":", _/binary>> -> At;
        <<_:At/binary, Char, _/binary>> when Char > 32, Char < 127 ->
            case lists:member(Char, "()<>@,;\\\"/[]?={}") of
                true -> error;
                false -> named(Line, At + 1)
            end;
        _ -> error
    end.

field(Name, Value, Text) ->
    Shown = << <<Char>> || Char <- capitals(binary_to_list(Name), true) >>,
    case ?FIELDS of
        #{Shown := Number} -> {http_header, Number, binary_to_atom(Shown), Text(Name), Value};
        _ -> {http_header, 0, Text(Shown), Text(Name), Value}
    end.

%% Every part of the name begins with a capital.
capitals([Char | Rest], true) when Char >= $a, Char =< $z -> [Char - 32 | capitals(Rest, false)];
capitals([Char | Rest], false) when Char >= $A, Char =< $Z -> [Char + 32 | capitals(Rest, false)];
capitals([Char | Rest], _) -> [Char | capitals(Rest, Char =:= $-)];
capitals([], _) -> [].
