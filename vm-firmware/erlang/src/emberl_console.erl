%% The console as an I/O server: the processes `user` (standard output and input) and `standard_error`. They answer the
%% requests of OTP's I/O protocol as OTP's do on `erl -noshell`, with UTF-8 as the encoding unless the options say else.
%%
%% It works without OTP's library: only a prompt that is a format, and what a request itself names, need `io_lib`.
-module(emberl_console).
-export([run/1]).

-record(console, {
    %% output (with input) or error (without).
    stream,
    encoding = unicode,
    %% What data is given as: list or binary.
    mode = list,
    %% Input that was read and not yet given: bytes in the encoding.
    buffer = <<>>,
    %% Whether there will be no more.
    eof = false
}).

%% Answers requests for ever.
run(Stream) ->
    process_flag(trap_exit, true),
    loop(#console{stream = Stream}).

loop(Console) ->
    receive
        {io_request, From, ReplyAs, Request} when is_pid(From) ->
            loop(answer(From, ReplyAs, Request, Console));
        _ ->
            loop(Console)
    end.

answer(From, ReplyAs, Request, Console) ->
    {Reply, Next} = request(Request, Console),
    From ! {io_reply, ReplyAs, Reply},
    Next.

%% What a request asks for: the reply and the console after it.
request({put_chars, Encoding, Chars}, Console) when Encoding =:= unicode; Encoding =:= latin1 ->
    {put_chars(Encoding, Chars, Console), Console};
request({put_chars, Encoding, M, F, A}, Console) when Encoding =:= unicode; Encoding =:= latin1 ->
    Reply =
        case catch apply(M, F, A) of
            Chars when is_list(Chars); is_binary(Chars) -> put_chars(Encoding, Chars, Console);
            _ -> {error, put_chars}
        end,
    {Reply, Console};
request({put_chars, Chars}, Console) ->
    request({put_chars, latin1, Chars}, Console);
request({put_chars, M, F, A}, Console) ->
    request({put_chars, latin1, M, F, A}, Console);
request({get_geometry, What}, Console) when What =:= columns; What =:= rows ->
    {{error, enotsup}, Console};
request(getopts, #console{stream = error, encoding = Encoding} = Console) ->
    {[{encoding, Encoding}], Console};
request(getopts, #console{encoding = Encoding, mode = Mode} = Console) ->
    {[{binary, Mode =:= binary}, {encoding, Encoding}], Console};
request({setopts, Options}, Console) when is_list(Options) ->
    setopts(Options, Console);
request({requests, Requests}, Console) ->
    requests(Requests, ok, Console);
request({get_line, Encoding, Prompt}, #console{stream = output} = Console) ->
    get_line(Encoding, Prompt, Console);
request({get_chars, Encoding, Prompt, Count}, #console{stream = output} = Console) ->
    get_chars(Encoding, Prompt, Count, Console);
request({get_until, Encoding, Prompt, M, F, A}, #console{stream = output} = Console) ->
    get_until(Encoding, Prompt, {M, F, A}, Console);
request({get_line, Prompt}, #console{stream = output} = Console) ->
    get_line(latin1, Prompt, Console);
request({get_chars, Prompt, Count}, #console{stream = output} = Console) ->
    get_chars(latin1, Prompt, Count, Console);
request({get_until, Prompt, M, F, A}, #console{stream = output} = Console) ->
    get_until(latin1, Prompt, {M, F, A}, Console);
request(Request, Console) ->
    {{error, {request, Request}}, Console}.

%% One after the other, until one fails: the last reply.
requests([Request | Rest], _, Console) ->
    case request(Request, Console) of
        {{error, _}, _} = Failed -> Failed;
        {Reply, Next} -> requests(Rest, Reply, Next)
    end;
requests([], Reply, Console) ->
    {Reply, Console}.

%% Output.

put_chars(Encoding, Chars, #console{stream = Stream, encoding = To}) ->
    case encode(Chars, Encoding, To) of
        Bytes when is_binary(Bytes) -> emberl:write(Stream, Bytes);
        error -> {error, put_chars}
    end.

%% What is a binary in the console's encoding goes as it is, whatever is in it.
encode(Bytes, unicode, unicode) when is_binary(Bytes) ->
    Bytes;
encode(Chars, From, unicode) ->
    case catch unicode:characters_to_binary(Chars, From) of
        Bytes when is_binary(Bytes) -> Bytes;
        _ -> error
    end;
encode(Chars, From, latin1) ->
    case catch unicode:characters_to_list(Chars, From) of
        List when is_list(List) -> list_to_binary(escaped(List, From));
        _ -> error
    end.

%% Latin-1 has no other characters: OTP writes their numbers.
escaped([Char | Rest], From) when Char > 255 ->
    ["\\x{", integer_to_list(Char, 16), $} | escaped(Rest, From)];
escaped([Char | Rest], From) ->
    [Char | escaped(Rest, From)];
escaped([], _) ->
    [].

%% Options: all or none are taken.

setopts(Options, Console) ->
    case options(Options, Console) of
        error -> {{error, enotsup}, Console};
        Next -> {ok, Next}
    end.

options([Encoding | Rest], Console) when Encoding =:= latin1; Encoding =:= unicode ->
    options([{encoding, Encoding} | Rest], Console);
options([{encoding, Encoding} | Rest], Console) when Encoding =:= unicode; Encoding =:= utf8 ->
    options(Rest, Console#console{encoding = unicode});
options([{encoding, latin1} | Rest], Console) ->
    options(Rest, Console#console{encoding = latin1});
options([binary | Rest], Console) ->
    options([{binary, true} | Rest], Console);
options([list | Rest], Console) ->
    options([{binary, false} | Rest], Console);
options([{list, Value} | Rest], Console) when is_boolean(Value) ->
    options([{binary, not Value} | Rest], Console);
options([{binary, true} | Rest], #console{stream = output} = Console) ->
    options(Rest, Console#console{mode = binary});
options([{binary, false} | Rest], #console{stream = output} = Console) ->
    options(Rest, Console#console{mode = list});
options([], Console) ->
    Console;
options(_, _) ->
    error.

%% Input. A prompt is written first, and again when something else was written while the input was waited for.

prompt('', _) ->
    ok;
prompt(Prompt, Console) ->
    Chars =
        if
            is_binary(Prompt) -> Prompt;
            is_atom(Prompt) -> atom_to_list(Prompt);
            true -> io_lib:format_prompt(Prompt, Console#console.encoding)
        end,
    put_chars(unicode, Chars, Console).

get_line(Encoding, Prompt, Console) ->
    with_prompt(Prompt, get_line, Console, fun() -> line(Encoding, Prompt, 0, Console) end).

with_prompt(Prompt, Function, Console, Read) ->
    case prompt(Prompt, Console) of
        ok -> Read();
        _ -> {{error, Function}, Console}
    end.

%% `Searched` bytes of the buffer hold no end of a line.
line(Encoding, Prompt, Searched, #console{buffer = Buffer} = Console) ->
    case newline(Buffer, Searched) of
        none when Console#console.eof, Buffer =:= <<>> ->
            {eof, Console};
        none when Console#console.eof ->
            given(Buffer, <<>>, collect_line, Encoding, Console);
        none ->
            line(Encoding, Prompt, byte_size(Buffer), more(Prompt, Console));
        At ->
            %% Two characters end a line elsewhere; programs see one.
            Text =
                case Buffer of
                    <<Before:(At - 1)/binary, "\r\n", _/binary>> when At > 0 -> <<Before/binary, "\n">>;
                    <<Before:At/binary, _/binary>> -> <<Before/binary, "\n">>
                end,
            <<_:At/binary, _, Rest/binary>> = Buffer,
            given(Text, Rest, collect_line, Encoding, Console)
    end.

newline(Buffer, At) ->
    case Buffer of
        <<_:At/binary, $\n, _/binary>> -> At;
        <<_:At/binary, _, _/binary>> -> newline(Buffer, At + 1);
        _ -> none
    end.

%% The reply for what was read.
given(Bytes, Rest, Function, Encoding, Console) ->
    Reply =
        case cast(Bytes, Encoding, Console) of
            {error, no_translation} -> {error, Function};
            Data -> Data
        end,
    {Reply, Console#console{buffer = Rest}}.

get_chars(Encoding, Prompt, Count, Console) when is_integer(Count), Count >= 0 ->
    with_prompt(Prompt, get_chars, Console, fun() -> chars(Encoding, Prompt, Count, Console) end);
get_chars(_, _, _, Console) ->
    {{error, collect_chars}, Console}.

chars(Encoding, _, 0, Console) ->
    given(<<>>, Console#console.buffer, collect_chars, Encoding, Console);
chars(Encoding, Prompt, Count, #console{buffer = Buffer, eof = Eof} = Console) ->
    case characters(Buffer, Count, 0, Console#console.encoding) of
        {more, _} when Eof, Buffer =:= <<>> ->
            {eof, Console};
        {more, _} when Eof ->
            given(Buffer, <<>>, collect_chars, Encoding, Console);
        {more, _} ->
            chars(Encoding, Prompt, Count, more(Prompt, Console));
        Size ->
            <<Bytes:Size/binary, Rest/binary>> = Buffer,
            given(Bytes, Rest, collect_chars, Encoding, Console)
    end.

%% How many bytes so many characters take.
characters(_, 0, Size, _) ->
    Size;
characters(Buffer, Count, Size, latin1) ->
    if
        byte_size(Buffer) >= Size + Count -> Size + Count;
        true -> {more, Size}
    end;
characters(Buffer, Count, Size, unicode) ->
    case Buffer of
        <<_:Size/binary, First, _/binary>> ->
            Next = Size + width(First),
            if
                byte_size(Buffer) >= Next -> characters(Buffer, Count - 1, Next, unicode);
                true -> {more, Size}
            end;
        _ ->
            {more, Size}
    end.

width(First) when First < 16#c0 -> 1;
width(First) when First < 16#e0 -> 2;
width(First) when First < 16#f0 -> 3;
width(_) -> 4.

get_until(Encoding, Prompt, Function, Console) ->
    with_prompt(Prompt, get_until, Console, fun() -> until(Encoding, Prompt, Function, [], Console) end).

%% Gives the function what there is until it has enough.
until(Encoding, Prompt, {M, F, A} = Function, State, #console{buffer = Buffer} = Console) ->
    case whole(Console) of
        0 when Console#console.eof, State =:= [] ->
            {eof, Console};
        0 when not Console#console.eof ->
            until(Encoding, Prompt, Function, State, more(Prompt, Console));
        Size ->
            <<Bytes:Size/binary, Rest/binary>> = Buffer,
            Data =
                case Buffer of
                    <<>> -> eof;
                    _ -> cast(Bytes, Encoding, Console#console{mode = list})
                end,
            case Data =/= {error, no_translation} andalso (catch apply(M, F, [State, Data | A])) of
                {done, Result, Left} ->
                    After = Console#console{buffer = put_back(Left, Rest, Console)},
                    {result(Result, Console), After};
                {more, Next} ->
                    until(Encoding, Prompt, Function, Next, Console#console{buffer = Rest});
                _ ->
                    {{error, F}, Console#console{buffer = <<>>}}
            end
    end.

%% Characters come as the mode says.
result(Result, #console{mode = binary} = Console) when is_list(Result) ->
    case encode(Result, unicode, Console#console.encoding) of
        error -> Result;
        Bytes -> Bytes
    end;
result(Result, _) ->
    Result.

put_back(Left, Rest, _) when Left =:= eof; Left =:= [] ->
    Rest;
put_back(Left, Rest, Console) ->
    case encode(Left, unicode, Console#console.encoding) of
        error -> Rest;
        Bytes -> <<Bytes/binary, Rest/binary>>
    end.

%% The bytes of whole characters in the buffer; all when no more come.
whole(#console{buffer = Buffer, encoding = latin1}) ->
    byte_size(Buffer);
whole(#console{buffer = Buffer, eof = true}) ->
    byte_size(Buffer);
whole(#console{buffer = Buffer}) ->
    {more, Size} = characters(Buffer, byte_size(Buffer) + 1, 0, unicode),
    Size.

%% Bytes of the console as what was asked for.
cast(Bytes, Encoding, #console{encoding = From, mode = Mode}) ->
    case catch unicode:characters_to_list(Bytes, From) of
        Chars when is_list(Chars) -> in_mode(Chars, Encoding, Mode);
        _ -> {error, no_translation}
    end.

in_mode(Chars, unicode, list) ->
    Chars;
in_mode(Chars, unicode, binary) ->
    unicode:characters_to_binary(Chars, unicode);
in_mode(Chars, latin1, Mode) ->
    case catch list_to_binary(Chars) of
        Bytes when is_binary(Bytes), Mode =:= binary -> Bytes;
        Bytes when is_binary(Bytes) -> Chars;
        _ -> {error, no_translation}
    end.

%% Waits for input; requests for output are answered meanwhile.
more(Prompt, #console{buffer = Buffer} = Console) ->
    case emberl:read() of
        eof ->
            Console#console{eof = true};
        Bytes when is_binary(Bytes) ->
            Console#console{buffer = <<Buffer/binary, Bytes/binary>>};
        wait ->
            receive
                {io_request, From, ReplyAs, Request} when
                    is_pid(From),
                    (element(1, Request) =:= put_chars orelse element(1, Request) =:= get_geometry)
                ->
                    _ = answer(From, ReplyAs, Request, Console),
                    _ = prompt(Prompt, Console),
                    more(Prompt, Console)
            after 5 ->
                more(Prompt, Console)
            end
    end.
