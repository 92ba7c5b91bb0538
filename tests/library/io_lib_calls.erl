%% `io_lib`: every column of `format`, reading, pretty printing.
-module(io_lib_calls).
-export([start/0]).
-include("calls.hrl").

start() ->
    Terms = [
        [], "abc", "\x{e4}b", [1024, 98], [1, 2, 3], a, 'A b', '', '\x{400}', 0, -7, 255, 1 bsl 70, 1.0, -0.0, 1.5e300, 1.0e-7,
        123456789.125, {}, {a, "b", [c]}, #{}, #{a => 1}, #{"k" => {v, [1.5]}}, <<>>, <<"abc">>, <<"\x{e4}"/utf8>>, <<1, 2, 255>>, <<5:3>>,
        [a | b], [$a, [$b], <<"c">>], {[{nested, [{deep, lists:seq(1, 12)}, "text"]}]}, lists:duplicate(30, abc), [[]], "\n\t\e\d\"\\"
    ],
    Controls = [
        "~w", "~p", "~s", "~W", "~P", "~tw", "~tp", "~ts", "~20w|", "~-20w|", "~20p|", "~-20p|", "~10s|", "~-10s|", "~10.4s|", "~.4s|",
        "~20..*s|", "~30.5p", "~.20w|", "~0p", "~0tp", "~lp", "~5lp", "~10.3.*p|", "~e", "~f", "~g", "~.3e", "~.3f", "~.6g", "~12.3f|",
        "~-12.3e|", "~012.2f|", "~5e|", "~b", "~B", "~.16b", "~.16B", "~8.2b|", "~8.10.0b|", "~x", "~X", "~.16x", "~#", "~+", "~.16#", "~c",
        "~tc", "~5c|", "~5.3c|", "~-5.3c|", "~i", "~n", "~3n", "~~", "~3~", "~q", "~", "~1", "~*c", "~*.*f"
    ],
    [[show({Control, Term, format(Control, arguments(Control, Term))}) || Term <- Terms] || Control <- Controls],
    [show({Depth, Term, format("~W ~P", [Term, Depth, Term, Depth])}) || Depth <- [-1, 0, 1, 2, 3, 5, 9], Term <- Terms],
    [show({Width, format("~" ++ integer_to_list(Width) ++ "p", [Terms])}) || Width <- [5, 20, 60, 80, 132]],
    [
        show({Limit, [format_limited(Control, Terms, Limit) || Control <- ["~p", "~w", "~tp"]]})
     || Limit <- [0, 1, 10, 50, 200, 100000]
    ],
    reading(),
    Simple = [
        {F, [T]}
     || F <- [
            write, write_atom, write_string, write_char, write_latin1_string, write_char_as_latin1, write_atom_as_latin1,
            write_string_as_latin1, print, nl, indentation, quote_atom, char_list, latin1_char_list, deep_char_list,
            deep_latin1_char_list, deep_unicode_char_list, printable_list, printable_latin1_list, printable_unicode_list, limit_term
        ],
        erlang:function_exported(io_lib, F, 1),
        T <- Terms ++ [10, 127, 200, 1024]
    ],
    calls(io_lib, Simple),
    calls(io_lib, [{F, [T, N]} || F <- [write, indentation, write_string, limit_term], T <- Terms, N <- [0, 3, $"]]),
    calls(io_lib, [{print, [T, Column, Width, Depth]} || T <- Terms, Column <- [1, 30], Width <- [10, 80], Depth <- [-1, 4]]),
    calls(io_lib, [{scan_format, [F, [a, 1]]} || F <- ["~w ~p", "a~10.2.0tpb~n", "~*w"]]),
    show(io_lib:unscan_format(io_lib:scan_format("~w-~-10.2p~n", [a, b]))),
    show(lists:flatten(io_lib:build_text(io_lib:scan_format("~w-~10p", [a, b])))),
    records(),
    ok.

format(Control, Arguments) ->
    try lists:flatten(io_lib:format(Control, Arguments))
    catch
        error:Reason -> {error, Reason}
    end.

format_limited(Control, Terms, Limit) ->
    lists:flatten(io_lib:format(Control, [Terms], [{chars_limit, Limit}])).

arguments("~n", _) -> [];
arguments("~3n", _) -> [];
arguments("~~", _) -> [];
arguments("~3~", _) -> [];
arguments("~x", Term) -> [Term, "0x"];
arguments("~X", Term) -> [Term, "0x"];
arguments("~.16x", Term) -> [Term, "0x"];
arguments("~W", Term) -> [Term, 6];
arguments("~P", Term) -> [Term, 6];
arguments("~*c", Term) -> [3, Term];
arguments("~*.*f", Term) -> [12, 2, Term];
arguments(_, Term) -> [Term].

reading() ->
    Rows = [
        {"~d", ["12", " -7x", "+3", "x", "", "99999999999999999999"]},
        {"~4d|~u", ["12345|6", "1234|5", "12|3"]},
        {"~f", ["1.5", "-2.5e3", "1", "1.5e", ".5"]},
        {"~s", ["abc def", "  x", "", "\x{e4}"]},
        {"~5s", ["abcdefgh", "ab"]},
        {"~ts", [[1024, 1025], "abc"]},
        {"~a", ["abc d", "'x"]},
        {"~c", ["abc", ""]},
        {"~3c", ["abcd", "ab"]},
        {"~*d~d", ["12 13", "x"]},
        {"~16u", ["ff", "FF", "xyz"]},
        {"~#", ["16#ff", "2#101", "12"]},
        {"~-", ["-", "+", "1"]},
        {"a ~d b", ["a 1 b", "a1b", "b"]},
        {"~~~d", ["~5", "5"]},
        {"~l~d", ["12", "x"]},
        {"~d,~d", ["1,2", "1;2", "1,", "1"]}
    ],
    calls(io_lib, [{fread, [Format, String]} || {Format, Strings} <- Rows, String <- Strings]),
    {more, Continuation} = io_lib:fread([], "1", "~d,~d"),
    show(io_lib:fread(Continuation, "2,3\n", "~d,~d")).

records() ->
    Fields = fun
        (point, 2) -> [x, y];
        (_, _) -> no
    end,
    [
        show(lists:flatten(io_lib_pretty:print(Term, [{record_print_fun, Fields}, {line_length, Width}])))
     || Term <- [{point, 1, 2}, {point, {point, "a", b}, lists:seq(1, 20)}, [{point, 1}], {other, 1, 2}],
        Width <- [10, 40, 80]
    ],
    [
        show(lists:flatten(io_lib_pretty:print(Term, [{depth, Depth}, {max_chars, Most}, {strings, Strings}, {encoding, Encoding}])))
     || Term <- [#{a => [1, 2], "b" => <<"bin">>}, [{"text", "more", [1024]}], {lists:seq(1, 30), "abc"}],
        Depth <- [-1, 3, 8],
        Most <- [-1, 20],
        Strings <- [true, false],
        Encoding <- [latin1, unicode]
    ].
