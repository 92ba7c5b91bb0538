%% HTTP/1.1 messages (RFC 9112), read strictly: what two readers may take for different messages is an error. Owns heads,
%% bodies and their limits, for `http_server` and `http_client`; what to do with a message is theirs.
-module(emberl_http).
-export([
    connection/2, buffered/2, send/2, close/1, head/3, framing/2, body/3, header/2, headers/2, tokens/2,
    lower/1, is_token/1, is_value/1, lines/1, chunk/1, integer/3
]).

%% A connection: its kind, its socket, and what was read and not yet looked at.
-type connection() :: {gen_tcp | ssl, term(), binary()}.
%% What is left of a body.
-type body() :: none | {length, non_neg_integer()} | chunked | {chunk, non_neg_integer()} | until_closed.
-type limits() :: #{line := pos_integer(), bytes := pos_integer(), count := pos_integer()}.
-type headers() :: [{binary(), binary()}].
-export_type([connection/0, body/0, limits/0, headers/0]).

%% The longest line that tells a chunk's size, and bytes of all trailers.
-define(CHUNK_LINE, 128).
-define(TRAILERS, 4096).

-spec connection(gen_tcp | ssl, term()) -> connection().
connection(Kind, Socket) -> {Kind, Socket, <<>>}.

-spec send(connection(), iodata()) -> ok | {error, term()}.
send({gen_tcp, Socket, _}, Data) -> gen_tcp:send(Socket, Data);
send({ssl, Socket, _}, Data) -> ssl:send(Socket, Data).

-spec close(connection()) -> ok.
close({gen_tcp, Socket, _}) -> gen_tcp:close(Socket);
close({ssl, Socket, _}) -> ssl:close(Socket).

recv({gen_tcp, Socket, Before}, Deadline) -> received(gen_tcp:recv(Socket, 0, emberl_inet:left(Deadline)), gen_tcp, Socket, Before);
recv({ssl, Socket, Before}, Deadline) -> received(ssl:recv(Socket, 0, emberl_inet:left(Deadline)), ssl, Socket, Before).

received({ok, Bytes}, Kind, Socket, <<>>) -> {ok, {Kind, Socket, Bytes}};
received({ok, Bytes}, Kind, Socket, Before) -> {ok, {Kind, Socket, <<Before/binary, Bytes/binary>>}};
received(Error, _, _, _) -> Error.

%% Waits until something of a message is there. Empty lines before it are passed over (RFC 9112, 2.2).
-spec buffered(connection(), emberl_inet:deadline()) -> {ok, connection()} | {error, term()}.
buffered({Kind, Socket, <<"\r\n", Rest/binary>>}, Deadline) -> buffered({Kind, Socket, Rest}, Deadline);
buffered({_, _, Bytes} = Connection, Deadline) when Bytes =:= <<>>; Bytes =:= <<"\r">> ->
    case recv(Connection, Deadline) of
        {ok, More} -> buffered(More, Deadline);
        Error -> Error
    end;
buffered(Connection, _) ->
    {ok, Connection}.

%% The first line and the headers, their names in small letters.
-spec head(connection(), limits(), emberl_inet:deadline()) ->
    {ok, binary(), headers(), connection()}
    | {error, bad_message | line_too_long | headers_too_large | timeout | closed | term()}.
head(Connection, #{line := Longest, bytes := Bytes, count := Count}, Deadline) ->
    case line(Connection, Longest, line_too_long, Deadline) of
        {ok, Line, Rest} ->
            case fields(Rest, Bytes, Count, [], Deadline) of
                {ok, Headers, After} -> {ok, Line, Headers, After};
                Error -> Error
            end;
        Error ->
            Error
    end.

fields(Connection, Bytes, Count, Fields, Deadline) ->
    case line(Connection, Bytes, headers_too_large, Deadline) of
        {ok, <<>>, Rest} ->
            {ok, lists:reverse(Fields), Rest};
        {ok, _, _} when Count =:= 0 ->
            {error, headers_too_large};
        {ok, Line, Rest} ->
            case field(Line) of
                error -> {error, bad_message};
                Field -> fields(Rest, Bytes - byte_size(Line) - 2, Count - 1, [Field | Fields], Deadline)
            end;
        Error ->
            Error
    end.

%% A line, without its end, which must be CR and LF. Neither may stand anywhere else.
line({_, _, Bytes} = Connection, Longest, TooLong, Deadline) ->
    line(Connection, Longest, TooLong, Deadline, binary:match(Bytes, [<<"\r">>, <<"\n">>])).

line({_, _, Bytes}, Longest, TooLong, _, nomatch) when byte_size(Bytes) > Longest -> {error, TooLong};
line(_, Longest, TooLong, _, {At, _}) when At > Longest -> {error, TooLong};
line({Kind, Socket, Bytes} = Connection, Longest, TooLong, Deadline, Found) ->
    case Found of
        {At, 1} when byte_size(Bytes) > At + 1 ->
            case Bytes of
                <<Line:At/binary, "\r\n", Rest/binary>> -> {ok, Line, {Kind, Socket, Rest}};
                _ -> {error, bad_message}
            end;
        {At, 1} when binary_part(Bytes, At, 1) =:= <<"\n">> ->
            {error, bad_message};
        _ ->
            case recv(Connection, Deadline) of
                {ok, More} -> line(More, Longest, TooLong, Deadline);
                Error -> Error
            end
    end.

%% A line that begins with a space (the continuation of old) is an error, since it has no name.
field(Line) ->
    case binary:split(Line, <<":">>) of
        [Name, Value] ->
            case is_token(Name) andalso is_value(Value) of
                true -> {lower(Name), trimmed(Value)};
                false -> error
            end;
        [_] ->
            error
    end.

%% Characters of which methods and names of headers are made (RFC 9110, 5.6.2).
-spec is_token(binary()) -> boolean().
is_token(<<>>) -> false;
is_token(Bytes) -> all_of_token(Bytes).

all_of_token(<<Char, Rest/binary>>) when
    Char >= $a, Char =< $z; Char >= $A, Char =< $Z; Char >= $0, Char =< $9; Char =:= $-; Char =:= $_; Char =:= $.;
    Char =:= $!; Char =:= $#; Char =:= $$; Char =:= $%; Char =:= $&; Char =:= $'; Char =:= $*; Char =:= $+;
    Char =:= $^; Char =:= $`; Char =:= $|; Char =:= $~
->
    all_of_token(Rest);
all_of_token(Rest) ->
    Rest =:= <<>>.

%% No control characters but tabs.
-spec is_value(binary()) -> boolean().
is_value(<<Char, Rest/binary>>) when Char >= 32, Char =/= 127; Char =:= $\t -> is_value(Rest);
is_value(Rest) -> Rest =:= <<>>.

-spec lower(binary()) -> binary().
lower(Bytes) -> <<<<(small(Char))>> || <<Char>> <= Bytes>>.

small(Char) when Char >= $A, Char =< $Z -> Char + 32;
small(Char) -> Char.

trimmed(<<Space, Rest/binary>>) when Space =:= $\s; Space =:= $\t -> trimmed(Rest);
trimmed(Bytes) -> trimmed_end(Bytes, byte_size(Bytes)).

trimmed_end(Bytes, Size) when Size > 0 ->
    case binary:at(Bytes, Size - 1) of
        Space when Space =:= $\s; Space =:= $\t -> trimmed_end(Bytes, Size - 1);
        _ -> binary_part(Bytes, 0, Size)
    end;
trimmed_end(_, 0) ->
    <<>>.

%% The value of the first header of a name.
-spec header(binary(), headers()) -> binary() | undefined.
header(Name, Headers) ->
    case lists:keyfind(Name, 1, Headers) of
        {_, Value} -> Value;
        false -> undefined
    end.

%% All values of a name.
-spec headers(binary(), headers()) -> [binary()].
headers(Name, Headers) -> [Value || {Found, Value} <- Headers, Found =:= Name].

%% The words of a list header, in small letters.
-spec tokens(binary(), headers()) -> [binary()].
tokens(Name, Headers) ->
    [
        lower(trimmed(Word))
     || Value <- headers(Name, Headers), Word <- binary:split(Value, <<",">>, [global]), trimmed(Word) =/= <<>>
    ].

%% How a body is told. A message with both ways of telling it, or one of them twice, may hide another message.
-spec framing(headers(), {integer(), integer()}) -> {ok, none | body()} | {error, bad_message | not_implemented}.
framing(Headers, Version) ->
    case {headers(<<"transfer-encoding">>, Headers), headers(<<"content-length">>, Headers)} of
        {[], []} ->
            {ok, none};
        {[], [Digits]} ->
            case integer(Digits, 10, 15) of
                error -> {error, bad_message};
                Length -> {ok, {length, Length}}
            end;
        {[Coding], []} when Version >= {1, 1} ->
            case lower(Coding) of
                <<"chunked">> -> {ok, chunked};
                _ -> {error, not_implemented}
            end;
        _ ->
            {error, bad_message}
    end.

%% A number without a sign, of at most so many digits.
-spec integer(binary(), 10 | 16, pos_integer()) -> non_neg_integer() | error.
integer(Digits, Base, Most) when Digits =/= <<>>, byte_size(Digits) =< Most -> integer_of(Digits, Base, 0);
integer(_, _, _) -> error.

integer_of(<<Digit, Rest/binary>>, Base, Sum) when Digit >= $0, Digit =< $9 -> integer_of(Rest, Base, Sum * Base + Digit - $0);
integer_of(<<Digit, Rest/binary>>, 16, Sum) when Digit >= $a, Digit =< $f -> integer_of(Rest, 16, Sum * 16 + Digit - $a + 10);
integer_of(<<Digit, Rest/binary>>, 16, Sum) when Digit >= $A, Digit =< $F -> integer_of(Rest, 16, Sum * 16 + Digit - $A + 10);
integer_of(<<>>, _, Sum) -> Sum;
integer_of(_, _, _) -> error.

%% The next part of a body, and what is left of it.
-spec body(body(), connection(), emberl_inet:deadline()) ->
    {ok, binary(), body(), connection()} | {done, connection()} | {error, bad_message | timeout | closed | term()}.
body(Body, Connection, _) when Body =:= none; Body =:= {length, 0} ->
    {done, Connection};
body({length, Left}, Connection, Deadline) ->
    part(Left, Connection, fun(Rest) -> {length, Rest} end, Deadline);
body(until_closed, {_, _, <<>>} = Connection, Deadline) ->
    case recv(Connection, Deadline) of
        {ok, More} -> body(until_closed, More, Deadline);
        {error, closed} -> {done, Connection};
        Error -> Error
    end;
body(until_closed, {Kind, Socket, Bytes}, _) ->
    {ok, Bytes, until_closed, {Kind, Socket, <<>>}};
body(chunked, Connection, Deadline) ->
    case line(Connection, ?CHUNK_LINE, bad_message, Deadline) of
        {ok, Line, Rest} ->
            %% What follows a semicolon is an extension, which nobody uses.
            [Digits | _] = binary:split(Line, <<";">>),
            case integer(trimmed(Digits), 16, 8) of
                error -> {error, bad_message};
                0 -> trailers(Rest, Deadline);
                Size -> body({chunk, Size}, Rest, Deadline)
            end;
        Error ->
            Error
    end;
body({chunk, 0}, Connection, Deadline) ->
    case line(Connection, 0, bad_message, Deadline) of
        {ok, <<>>, Rest} -> body(chunked, Rest, Deadline);
        Error -> Error
    end;
body({chunk, Left}, Connection, Deadline) ->
    part(Left, Connection, fun(Rest) -> {chunk, Rest} end, Deadline).

part(Left, {_, _, <<>>} = Connection, Rest, Deadline) ->
    case recv(Connection, Deadline) of
        {ok, More} -> part(Left, More, Rest, Deadline);
        Error -> Error
    end;
part(Left, {Kind, Socket, Bytes}, Rest, _) when byte_size(Bytes) =< Left ->
    {ok, Bytes, Rest(Left - byte_size(Bytes)), {Kind, Socket, <<>>}};
part(Left, {Kind, Socket, Bytes}, Rest, _) ->
    <<Part:Left/binary, After/binary>> = Bytes,
    {ok, Part, Rest(0), {Kind, Socket, After}}.

trailers(Connection, Deadline) ->
    case fields(Connection, ?TRAILERS, 32, [], Deadline) of
        {ok, _, Rest} -> {done, Rest};
        {error, headers_too_large} -> {error, bad_message};
        Error -> Error
    end.

%% Headers as they are sent. One with a control character in it would be another header, or the body.
-spec lines([{iodata(), iodata()}]) -> iodata().
lines(Headers) ->
    [
        case {iolist_to_binary(Name), iolist_to_binary(Value)} of
            {Token, Text} ->
                is_token(Token) andalso is_value(Text) orelse error({bad_header, {Name, Value}}),
                [Token, ": ", Text, "\r\n"]
        end
     || {Name, Value} <- Headers
    ].

%% A chunk; the last one is empty.
-spec chunk(iodata()) -> iodata().
chunk(Data) -> [integer_to_binary(iolist_size(Data), 16), "\r\n", Data, "\r\n"].
