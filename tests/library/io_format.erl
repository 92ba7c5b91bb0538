%% Every control sequence of io:format, with every modifier, width and precision, on terms of every kind.
-module(io_format).
-export([start/0]).

start() ->
    Values = values(),
    N = lists:foldl(fun(C, Count) -> each(C, Values, Count) end, 0, controls()),
    io:format("~b formats~n", [N]),
    special(),
    wide(),
    records(),
    ok.

controls() ->
    ["~" ++ Size ++ Mod ++ [C]
     || {C, Mods} <- [{$w, ["", "t", "l", "k"]}, {$p, ["", "t", "l", "tl"]}, {$s, ["", "t"]}, {$c, ["", "t"]}, {$W, ["", "t"]}, {$P, ["", "t"]},
            {$b, [""]}, {$B, [""]}, {$x, [""]}, {$X, [""]}, {$+, [""]}, {$#, [""]}, {$f, [""]}, {$e, [""]}, {$g, [""]}, {$i, [""]}],
        Mod <- Mods, Mod =/= "k",
        Size <- sizes(C)].

sizes(C) when C =:= $b; C =:= $B; C =:= $+; C =:= $# -> ["", "10", "-10", ".2", "12.16", "4.36", "6..0"];
sizes(C) when C =:= $x; C =:= $X -> ["", ".16", "-20.8"];
sizes(C) when C =:= $f; C =:= $e; C =:= $g -> ["", "12", "-12", ".3", "14.10", "3.1", "20.2.*"];
sizes(C) when C =:= $s; C =:= $c -> ["", "8", "-8", ".3", "8.3", "-8.3", "8.3._", "1"];
sizes(C) when C =:= $p; C =:= $P -> ["", "20", "5", "30.4"];
sizes(_) -> ["", "30", "-30", "5", "10.4"].

each(Format, Values, Count) ->
    C = lists:last(Format),
    [
        begin
            Args = case C of $W -> [V, 4]; $P -> [V, 4]; $x -> [V, "p#"]; $X -> [V, p]; _ -> [V] end,
            Result =
                try unicode:characters_to_list(io_lib:format(Format ++ "|~n", Args)) of
                    Text when not is_list(Text) -> io:format("~ts ~tp no text ~tp~n", [Format, V, Text]);
                    Text -> io:format("~ts ~ts", [Format, Text])
                catch
                    _:Reason -> io:format("~ts ~tp failed ~tp~n", [Format, V, Reason])
                end,
            ok = Result
        end
     || V <- Values
    ],
    Count + length(Values).

values() ->
    [0, -7, 255, 1 bsl 70, 0.0, 3.14, -1.0e-10, 1.0e22, 123456.789, atom, 'Quoted atom', '\x{20ac}', "", "text", "\x{e4}\x{20ac}",
     <<>>, <<"binary">>, <<"\x{e4}"/utf8>>, <<1, 2, 3>>, <<5:3>>, {}, {a, "b", [1, 2]}, [], [a | b], [[], [[x]]], #{}, #{a => 1},
     [1, 2, 3], ["deep", [<<"list">>]], fun lists:map/2, {tagged, {tuple, {deep, {er, {and_, deeper}}}}}].

special() ->
    [
        io:format("~s: ~tp~n", [F, catch lists:flatten(io_lib:format(F, A))])
     || {F, A} <- [
            {"~~", []}, {"~n", []}, {"~2n", []}, {"~a", [x]}, {"~i~w", [skipped, 1]}, {"~*w", [10, x]}, {"~-*w|", [10, x]},
            {"~*.*.0f", [10, 2, 1.5]}, {"~.*b", [16, 255]}, {"~`*10s", [x]}, {"~10..*s", ["ab"]}, {"~5.5.-w", [x]}, {"~c~c", [65, 66]},
            {"~5c", [$x]}, {"~-5c|", [$x]}, {"~10.5c", [$x]}, {"~tc", [8364]}, {"~c", [8364]}, {"~s", [[8364]]}, {"~ts", [[8364]]},
            {"~ts", [<<226, 130, 172>>]}, {"~ts", [<<255>>]}, {"~s", [<<255>>]}, {"~s", [atom]}, {"~s", [1]}, {"~s", [[a]]},
            {"~w ~w", [1]}, {"~w", [1, 2]}, {"~", []}, {"~z", [1]}, {"~5", []}, {"~.", []}, {"no", [1]}, {"~p", x}, {x, []},
            {<<"binary ~w">>, [1]}, {'atom ~w', [1]}, {["deep", " ~w"], [1]}, {"~w", "ab"}, {"tab\t~w", [1]}, {"~lp", ["abc"]}, {"~lw", ["abc"]},
            {"~tw", ['\x{20ac}']}, {"~w", ['\x{20ac}']}, {"~tp", ["\x{20ac}"]}, {"~p", ["\x{20ac}"]}, {"~f", [1]}, {"~f", [x]}, {"~.0f", [1.5]},
            {"~e", [1.0]}, {"~.1e", [1.0]}, {"~g", [0.1]}, {"~g", [1.0e-5]}, {"~g", [12345.0]}, {"~.3g", [1.0e10]}, {"~b", [1.0]}, {"~.37b", [1]},
            {"~.1b", [1]}, {"~x", [1, 2]}, {"~.16x", [255, "0x"]}, {"~.16X", [-255, '0x']}, {"~.16#", [-255]}, {"~.16+", [255]},
            {"~P", [lists:seq(1, 30), 8]}, {"~W", [{a, {b, {c, {d}}}}, 3]}, {"~W", ["text", 3]}, {"~P", [#{a => #{b => #{c => 1}}}, 3]},
            {"~P", [<<"a long binary of text">>, 3]}, {"~W", [<<1, 2, 3, 4, 5, 6, 7, 8>>, 4]}, {"~P", [x, 0]}, {"~W", [x, -1]}
        ]
    ],
    io:format("~tp~n", [[catch io_lib:format("~p", [X], [{chars_limit, L}]) || X <- [lists:seq(1, 50), "a long text indeed, longer than that"], L <- [10, 30]]]),
    io:format("~ts~n", [io_lib:format("~p ~s", [lists:seq(1, 50), "tail"], [{chars_limit, 60}])]),
    io:format("~tp~n", [[io_lib:scan_format(F, A) || {F, A} <- [{"a~10.2.xtsb", [x]}, {"~p~n", [1]}]]]),
    io:format("~tp~n", [io_lib:unscan_format(io_lib:scan_format("x~10.2.yts~p", [a, b]))]).

%% Terms wider than a line, broken as OTP breaks them.
wide() ->
    Terms = [
        lists:seq(1, 100), lists:duplicate(30, "text"), [lists:seq(1, 20) || _ <- lists:seq(1, 5)],
        {record_like, lists:seq(1, 30), {another, "with a string that is rather long, longer than a line can be, so that it is broken", #{}}},
        maps:from_list([{N, lists:seq(1, N)} || N <- lists:seq(1, 12)]), #{key => #{nested => #{map => lists:seq(1, 40)}}},
        [{K, V} || K <- [a, b, longer_key], V <- [lists:seq(1, 15), "text", <<"binary of some length">>]],
        list_to_tuple(lists:seq(1, 60)), << <<N>> || N <- lists:seq(0, 100) >>, binary:copy(<<"text ">>, 40),
        lists:flatten(lists:duplicate(30, "long text ")), lists:duplicate(3, lists:flatten(lists:duplicate(12, "long text "))),
        [{error, {badmatch, {very_long_atom_name_number_one, very_long_atom_name_number_two, [very_long_atom_name_number_three]}}}],
        lists:foldl(fun(N, T) -> {N, T} end, nil, lists:seq(1, 40)), [a | lists:duplicate(20, {b, c}) ++ d],
        {[], {}, "", <<>>, #{}, 'A b', $a, 1.5, -0.0, 1.0e100, 1 bsl 200}
    ],
    [io:format(F ++ "~n", [T]) || T <- Terms, F <- ["~p", "~tp", "~60p", "~30p", "~w", "~0p", "~100p", "abc ~p"]],
    [io:format("~P~n~W~n", [T, D, T, D]) || T <- Terms, D <- [3, 9, 20]],
    [io:format("~ts~n", [io_lib:print(T, Col, Len, Depth)]) || T <- Terms, {Col, Len, Depth} <- [{1, 80, -1}, {10, 40, 12}]].

records() ->
    Fun = fun(point, 2) -> [x, y]; (line, 2) -> [from, to]; (_, _) -> no end,
    [io:format("~ts~n", [io_lib_pretty:print(T, [{record_print_fun, Fun} | O])])
     || T <- [{point, 1, 2}, {line, {point, 1, 2}, {point, 3, lists:seq(1, 40)}}, {other, 1, 2}, [{point, a, b}], #{k => {point, 1, 2}}],
        O <- [[], [{line_length, 20}], [{depth, 4}], [{column, 5}], [{strings, false}], [{encoding, unicode}], [{max_chars, 30}]]].
