%% Modules that OTP has since 26 and 27, where they are: `argparse`, `json`.
-module(newer_calls).
-export([start/0]).
-include("calls.hrl").

start() ->
    [
        case code:ensure_loaded(Module) of
            {module, Module} -> Calls();
            _ -> show({Module, none})
        end
     || {Module, Calls} <- [{json, fun json/0}, {argparse, fun argparse/0}]
    ],
    ok.

json() ->
    Terms = [
        1, -5, 1.5, 1.0e100, 1 bsl 80, true, null, a, <<"text">>, <<"\x{e4}\"\\\n\x{1}\x{20ac}"/utf8>>, [], [1, [2, []]], #{},
        #{a => 1, <<"b">> => [null]}, #{1 => 2}, #{<<"deep">> => #{<<"er">> => [#{}]}}, {a, b}, <<255>>, <<"</script>">>, [a | b], "text"
    ],
    [show({Term, text(fun() -> iolist_to_binary(json:encode(Term)) end)}) || Term <- Terms],
    [show({Term, text(fun() -> unicode:characters_to_binary(json:format(Term)) end)}) || Term <- Terms, erlang:function_exported(json, format, 1)],
    Texts = [
        <<>>, <<" ">>, <<"1">>, <<"-0">>, <<"-">>, <<"01">>, <<"1.5e3">>, <<"1e5">>, <<"1.">>, <<"123456789012345678901234567890">>, <<"true">>,
        <<"tru">>, <<"null ">>, <<"\"a\\u00e4\\ud83d\\ude00\\n\"">>, <<"\"\\ud83d\"">>, <<"\"\\x\"">>, <<"\"open">>, <<"[1, 2 ,[ ]]">>, <<"[1,]">>, <<"[">>,
        <<"{\"a\": {\"b\": [1.0e-2, false]}, \"a\": 2}">>, <<"{\"a\"}">>, <<"{a:1}">>, <<"1 2">>, <<"\"", 255, "\"">>, <<"\"", 1, "\"">>, <<"[1]x">>, "[1]"
    ],
    [show({Text, text(fun() -> json:decode(Text) end)}) || Text <- Texts],
    Push = #{object_push => fun(K, V, Acc) -> [{K, V} | Acc] end, object_finish => fun(Acc, Old) -> {lists:reverse(Acc), Old} end, object_start => fun(_) -> [] end, null => none},
    [show({Text, text(fun() -> json:decode(Text, [], Push) end)}) || Text <- Texts],
    show(
        text(fun() ->
            {continue, State} = json:decode_start(<<"{\"a\": [1, 2">>, ok, #{}),
            json:decode_continue(<<"3], \"b\": \"c\"} rest">>, State)
        end)
    ),
    Encoder = fun
        ({pairs, Pairs}, E) -> json:encode_key_value_list(Pairs, E);
        (Other, E) -> json:encode_value(Other, E)
    end,
    show(text(fun() -> iolist_to_binary(json:encode({pairs, [{b, 1}, {<<"a">>, [{pairs, []}]}]}, Encoder)) end)),
    calls(json, [{F, [T]} || F <- [encode_integer, encode_float, encode_binary, encode_binary_escape_all], T <- [1, 1.5, <<"\x{e4}"/utf8>>]]).

text(Call) ->
    try Call()
    catch
        Class:Reason -> {Class, Reason}
    end.

argparse() ->
    Command = #{
        arguments => [
            #{name => verbose, short => $v, long => "-verbose", action => count, help => "how much is told"},
            #{name => size, long => "-size", type => {integer, [{min, 1}, {max, 9}]}, default => 3},
            #{name => ratio, short => $r, type => float},
            #{name => kind, long => "-kind", type => {atom, [small, large]}},
            #{name => flag, short => $f, type => boolean, default => false},
            #{name => file, help => "what is read"},
            #{name => rest, nargs => list, required => false}
        ],
        commands => #{
            "sub" => #{help => "a command below", arguments => [#{name => x, type => integer}]},
            "other" => #{arguments => [#{name => many, long => "-many", nargs => nonempty_list, type => {string, ["a", "b"]}}]}
        }
    },
    Lines = [
        [], ["f"], ["f", "a", "b"], ["-v", "-vv", "f"], ["--size", "5", "f"], ["--size", "50", "f"], ["--size", "x", "f"], ["-r", "1.5", "f"],
        ["--kind", "large", "f"], ["--kind", "huge", "f"], ["-f", "f"], ["-z", "f"], ["f", "sub", "3"], ["sub", "3"], ["sub", "x"], ["other", "--many", "a", "b"],
        ["--", "-f"], ["--verbose"], ["--size=4", "f"]
    ],
    calls(argparse, [{parse, [Line, Command, #{progname => "tool"}]} || Line <- Lines]),
    [
        show(text(fun() -> unicode:characters_to_list(argparse:help(Command, Options)) end))
     || Options <- [#{progname => "tool"}, #{progname => "tool", command => ["sub"]}, #{progname => "tool", columns => 40}]
    ],
    [
        case text(fun() -> argparse:parse(Line, Command, #{progname => "tool"}) end) of
            {error, Error} when is_tuple(Error) -> show(text(fun() -> unicode:characters_to_list(argparse:format_error(Error)) end));
            _ -> ok
        end
     || Line <- Lines
    ],
    calls(argparse, [{validate, [C, #{progname => "tool"}]} || C <- [Command, #{arguments => [#{name => a, short => 1}]}, #{commands => #{"a" => bad}}]]).
