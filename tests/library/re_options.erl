%% What `re` gives: captures of all kinds, options, errors, `split` and `replace`.
%% OTP 28 took a newer PCRE, which has other errors and reads `a{,3}` as a quantifier.
%% releases: 25 27
-module(re_options).
-export([start/0]).

start() ->
    {ok, P} = re:compile("a(b)?(?<n>c)?"),
    {ok, Anchored} = re:compile("b", [anchored, {newline, crlf}]),
    show(captures, [{run, ["xac", P, [{capture, Which, Type}]]} || Which <- which(), Type <- [index, list, binary]]),
    show(captures, [{run, ["xac", P, [{capture, Which}]]} || Which <- which()]),
    show(all_captures, [
        {run, ["xac abc a b", P, [global, {capture, Which, Type}]]}
     || Which <- which(), Type <- [index, list, binary]
    ]),
    show(last_capture, [
        {run, ["xac", P, [{capture, none}, {capture, all}]]},
        {run, ["xac", P, [{capture, all}, {capture, none}]]},
        {run, ["xac", P, [{capture, first, list}, {capture, all}]]}
    ]),
    show(compiled, [
        {run, ["abc", P, [Option]]}
     || Option <- [
            caseless, unicode, anchored, notempty, bsr_unicode, bsr_anycrlf, dotall, {newline, lf}, {newline, foo}, global,
            ungreedy, {offset, 1}, {offset, 3}, report_errors, foo, {match_limit, 100000}, {match_limit_recursion, 100000}
        ]
    ]),
    show(anchored, [{run, ["bbc", Anchored]}, {run, ["abc", Anchored]}, {run, ["bbc", Anchored, [global]]}]),
    show(offsets, [{run, ["abcabc", "^a|b|", [{offset, N}]]} || N <- lists:seq(0, 6)]),
    show(offsets, [{run, ["abcabc", "\\Ga|(?<=b)c", [{offset, N}, global]]} || N <- lists:seq(0, 7)]),
    Runs = [[], [notbol], [noteol], [notbol, noteol], [notempty], [notempty_atstart], [anchored], [notempty, anchored]],
    show(runs, [
        {run, ["aab\n", Pattern, Options ++ More]}
     || Pattern <- ["^", "$", "^a", "\\n$", "a*", "a*?", "b|", "a??b?", "\\Aa", "\\Z"],
        Options <- Runs,
        More <- [[], [global], [multiline]]
    ]),
    show(compile, [
        {compile, Arguments}
     || Arguments <- [
            [abc], [[1024]], ["a", foo], ["a", [global]], ["a", [{capture, all}]], ["a", [{newline, foo}]], ["a", [notbol]],
            [<<1:7>>], ["a" | [[]]], [{a, b}], ["a", [foo | bar]], [<<255>>, [unicode]]
        ]
    ]),
    show(errors, [{errors, [Pattern]} || Pattern <- bad_patterns()]),
    show(run, [
        {run, Arguments}
     || Arguments <- [
            [abc, "a"], ["abc", abc], ["abc", "a", [foo]], ["abc", "a", foo], [[1024], "a"], [[1024], [1024], [unicode]],
            [<<255>>, "a", [unicode]], [[97, <<"bc">> | <<"d">>], "d"], [<<1:7>>, "b"], ["a", <<1:7>>],
            ["abc", {re_pattern, 0, 0, 0, <<>>}], ["abc", "("], ["abc", "(", [report_errors]],
            ["abc", "(", [report_errors, global]], ["abc", "a", [never_utf, unicode]], ["abc", "a", [ucp, dupnames]],
            ["\x{e5}\x{e4}\x{f6}", "\x{e4}", [unicode, {capture, all, list}]], ["\x{e5}\x{e4}", "\x{e4}", [{capture, all, binary}]],
            ["\x{e5}\x{e4}\x{f6}", "\x{e4}", [unicode, {capture, all, binary}]], [<<"abc">>, <<"b">>, [{capture, all, binary}]]
        ]
    ]),
    show(inspect, [
        {inspect, [element(2, re:compile(Pattern, [dupnames])), namelist]}
     || Pattern <- ["a", "(?<b>a)(?<a>b)", "(?<n>a)|(?<n>b)", "(a)(?<x>b)"]
    ]),
    show(inspect, [{inspect, [P, foo]}, {inspect, [foo, namelist]}, {inspect, [{re_pattern, 0, 0, 0, <<>>}, namelist]}]),
    show(split, [
        {split, [Subject, Pattern, Options]}
     || {Subject, Pattern} <- [
            {"a,b,,c,", ","}, {"abc", ""}, {"a1b22c", "\\d+"}, {"a1b22c", "(\\d)(\\d)?"}, {"abc", "x"}, {"", ","},
            {<<"a b  c">>, " +"}, {["a,", <<"b">>], ","}
        ],
        Options <- [
            [], [{return, list}], [{return, binary}], [trim], [{parts, 2}], [group], [group, trim], [{parts, 2}, {return, list}],
            [{parts, infinity}], [{parts, 0}], [caseless, trim]
        ]
    ]),
    show(split, [{split, [abc, "b"]}, {split, ["abc", "("]}, {split, ["abc", "b", [global]]}, {split, ["abc", "b", [foo]]}]),
    show(replace, [
        {replace, ["hello world", Pattern, By, Options]}
     || {Pattern, By} <- [
            {"o", "0"}, {"(l+)(o)?", "[\\1\\2]"}, {"l", "<&>"}, {"l", "\\&"}, {"(w)", "\\g{1}\\g1\\1x"}, {"x", "y"}, {"", "-"},
            {"o", ""}, {"(?<n>o)", "\\0\\2"}, {<<"o">>, <<"00">>}
        ],
        Options <- [[], [global], [{return, list}], [global, {return, binary}], [{offset, 5}, global, {return, list}]]
    ]),
    show(unicode, [
        {replace, [[1024, 97, 1024], [1024], "b", [unicode, global, {return, Return}]]}
     || Return <- [iodata, list, binary]
    ]),
    show(unicode, [{split, [[1024, 97, 1024, 98], [1024], [unicode, {return, Return}]]} || Return <- [iodata, list, binary]]),
    show(replace, [{replace, [abc, "b", "c"]}, {replace, ["abc", "(", "c"]}, {replace, ["abc", "b", "c", [{capture, all}]]}]),
    limits(),
    ok.

which() ->
    [
        all, first, all_but_first, all_names, none, [], [0], [1], [2], [1, 2], [n], ["n"], [<<"n">>], [zz], [9], [2, 0, n], [-1],
        [foo | bar], ["a" | n], foo
    ].

bad_patterns() ->
    [
        "(", "a)", "[a", "*", "a**", "a{2}{3}", "a{3,2}", "^*", "\\b*", "\\", "[b-a]", "(?<n>a)(?<n>b)", "(?<n", "\\1", "\\2(a)",
        "[[:foo:]]", "[[.a.]]", "\\p{Foo}", "\\p{Lu", "\\Lfoo", "\\U", "\\u", "\\N{U+41}", "(?z)", "(?P=foo)", "(?P<1a>b)",
        "\\k<foo>", "\\g{3}", "\\c", "a{65536}", "(?(2)a)", "(*FOO)", "(?#abc", "\\x{110000}", "\\x{100}", "\\o{8}", "[a-\\d]",
        "\\E*", "(?i", "(?:a", "(?<", "(?P", "\\K*", "\\G+", "\\Z?", "\\g", "\\g{", "\\k", "\\k{n}", "(?^i)", "(?<a-b>x)", "(?<>x)",
        "(?(<n>)a)", "(?(0)a)", "(?(?a)b)", "[z-a", "[[=a=]]", "[:alpha:]", "[]", "[^]", "[a[:alpha:", "\\p{greek}", "\\400",
        "(?<abcdefghijklmnopqrstuvwxyzabcdefghijk>x)", "a|*", "(*)", "(?=", "x{2,1}", "[\\", "(?'n'a"
    ].

%% A search that goes back too often ends.
limits() ->
    As = lists:duplicate(40, $a),
    show(re:run(As ++ "cb", "^(?:(a+)\\1?)+b$", [{match_limit, 1000}])),
    show(re:run(As ++ "cb", "^(?:(a+)\\1?)+b$", [{match_limit, 1000}, report_errors])),
    show(re:run(As ++ "cb", "^(?:(a+)\\1?)+b$", [report_errors])),
    show(re:run(As ++ "b", "(a+)*b", [])).

show(What, Calls) ->
    show(What),
    [show({shown(Call), call(Call)}) || Call <- Calls].

%% Without the code of compiled patterns, which is the machine's own.
shown({Function, [Subject, {re_pattern, _, _, _, _} | Rest]}) -> {Function, [Subject, compiled | Rest]};
shown({Function, [{re_pattern, _, _, _, _} | Rest]}) -> {Function, [compiled | Rest]};
shown(Call) -> Call.

call({errors, [Pattern]}) ->
    case re:compile(Pattern) of
        {ok, _} -> ok;
        Error -> Error
    end;
call({Function, Arguments}) ->
    try apply(re, Function, Arguments) of
        {ok, Compiled} -> {ok, setelement(5, Compiled, code)};
        Result -> Result
    catch
        Class:Reason -> {Class, Reason}
    end.

show(Term) -> io:format("~w~n", [Term]).
