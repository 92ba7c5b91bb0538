%% io_lib beside formats: writing, reading, quoting, scanning, indenting.
-module(io_library).
-export([start/0]).

-define(P(X), io:format("~w ~tp~n", [?LINE, X])).

start() ->
    [?P([catch io_lib:F(X) || F <- [write, write_atom, write_string, write_char, print, latin1_char_list, char_list, deep_char_list,
        printable_list, printable_latin1_list, printable_unicode_list, chars_length, nl_of]])
     || X <- [atom, 'A b', "text", "tab\t\"\\\e\x7f", [8364], $a, 955, -1, {a, "b"}, [a, [b]], <<"bin">>, ["deep", <<"x">>], #{a => 1}, 1.5, []]],
    ?P([io_lib:write(T, D) || T <- [{a, {b, {c}}}, [1, 2, 3, [4, [5]]], #{a => #{b => 1}}], D <- [0, 1, 2, 3, 4, -1]]),
    ?P([io_lib:write(T, O) || T <- ["\x{20ac}", '\x{20ac}', [1, {2, [3]}]], O <- [[{encoding, latin1}], [{encoding, unicode}], [{depth, 2}]]]),
    ?P([io_lib:fread(F, S) || {F, S} <- [{"~d", "12 rest"}, {"~d~s", "12 abc"}, {"~f", "1.5"}, {"~f", "x"}, {"~u", "-1"}, {"~-", "-5"}, {"~16u", "ff"},
        {"~#", "16#ff"}, {"~s", "word more"}, {"~a", "atom"}, {"~c", "x"}, {"~5c", "abcdefg"}, {"~3s", "abcdef"}, {"~l", "x"}, {"~d~l", "123"}, {"~*d~s", "1 a"},
        {"a~d", "a1"}, {"a~d", "b1"}, {"~~", "~"}, {"~n", "\n"}, {"~ts", [8364]}, {"~d", ""}, {"~d ~d", "1"}, {"~q", "1"}]]),
    ?P(io_lib:fread([], "12 ", "~d ~s")),
    {more, C} = io_lib:fread([], "12 ", "~d ~s"),
    ?P(io_lib:fread(C, "word ", "~d ~s")),
    ?P(io_lib:fread(C, eof, "~d ~s")),
    ?P([io_lib:indentation(S, 3) || S <- ["abc", "a\nbc", "\t", ""]]),
    ?P([io_lib:format_prompt(X) || X <- ["> ", 'x> ', {format, "~p> ", [1]}, {format, "~q", [1]}, {tuple}, 1]]),
    ?P([lists:flatten(io_lib:fwrite(F, A)) || {F, A} <- [{"~s", ["x"]}, {"~p~n", [[a]]}]]),
    ?P([io_lib:limit_term(T, 3) || T <- [lists:seq(1, 10), {1, 2, 3, 4, 5}, <<1, 2, 3, 4, 5, 6, 7>>, #{1 => 2, 3 => 4}]]),
    ?P([io_lib:write_latin1_string("a\x{e4}\"b"), io_lib:write_string_as_latin1("a\x{20ac}"), io_lib:write_atom_as_latin1('\x{20ac}')]),
    ?P([io_lib:write_string(S, Q) || S <- ["it's \"x\""], Q <- [$", $', $|]]),
    ?P([io_lib:quote_atom(A, []) || A <- [a, 'B', 'a b', 'end', '', '_x', 'a@b', 'x\n', 'maybe', 'fun', 'aB1']]),
    ?P([io_lib:build_text(io_lib:scan_format("~w-~s", [1, "x"]))]),
    ?P([lists:flatten(io_lib_format:fwrite_g(F)) || F <- [0.1, 1.0e100, 5.0e-324, 123456789.123, 1.0, -0.0, 1.0e21, 1.0e22, 0.001, 0.0001]]),
    ?P([lists:flatten(io_lib:format("~" ++ [$., $0 + D] ++ [K], [F])) || F <- [1.25, 1.35, 2.5, 0.05, 999.995, 1.0e15], D <- [1, 2, 3], K <- "feg", not (K =:= $e andalso D < 2)]),
    %% erl_scan, erl_parse and erl_eval through io_lib.
    {ok, Tokens, _} = erl_scan:string("F = fun(X) -> [X * Y || Y <- [1, 2, 3], Y > 1] end, {F(2), <<\"a\">>, #{k => \"v\"}}."),
    {ok, Exprs} = erl_parse:parse_exprs(Tokens),
    ?P(erl_eval:exprs(Exprs, erl_eval:new_bindings()) =/= none),
    {value, V, _} = erl_eval:exprs(Exprs, []),
    ?P(V),
    ?P(erl_pp:exprs(Exprs)),
    ?P([proplists:get_value(E, [{format_error, x}], none) || E <- [format_error, other]]),
    ?P([lists:flatten(erl_scan:format_error(E)) || {error, {_, erl_scan, E}, _} <- [erl_scan:string(S) || S <- ["\"abc", "$", "'x", "1.5e", "16#g", "\x{1}"]]]),
    ?P([lists:flatten(M:format_error(E)) || {error, {_, M, E}} <- [begin {ok, T, _} = erl_scan:string(S), erl_parse:parse_exprs(T) end || S <- ["f(.", "a b.", "case x of end.", "{1,."]]]),
    ok.
