%% Every function of `string`.
-module(string_calls).
-export([start/0]).
-include("calls.hrl").

start() ->
    Pool = [
        "", "abc", "a b  c ", "xxabxx", "A\x{e4}\x{df}\x{130}b", [1024, 1100, "ab"], [$a, 16#308, $b], [128104, 8205, 128105, 10],
        <<"abc">>, <<"\x{e4}x\r\ny"/utf8>>, <<255, 97>>, ["ab", <<"c">>, [$d | <<"e">>]], [$a | $b], abc, 0, 1, 2, 5, -1, $x, " ",
        [$a, $b], ["\r\n", $x], leading, trailing, both, all, true, left
    ],
    all_calls(string, Pool, 700, []),
    Wide = ["\x{e4}bc", "Stra\x{df}e", [16#1F468, 16#200D, 16#1F469, $a], [$e, 16#301, $x], "\r\n\n", <<"x\x{301}y"/utf8>>],
    [calls(string, [{F, [S]} || S <- Wide]) || F <- [length, to_graphemes, reverse, uppercase, lowercase, titlecase, casefold, next_grapheme, next_codepoint, trim]],
    [calls(string, [{pad, [S, 8, Side, $.]} || S <- Wide]) || Side <- [leading, trailing, both]],
    [calls(string, [{slice, [S, From, Length]} || S <- Wide]) || From <- [0, 1, 2], Length <- [0, 1, 5, infinity]],
    [calls(string, [{equal, [A, B, Fold, Form]} || A <- Wide, B <- Wide]) || Fold <- [true, false], Form <- [none, nfc, nfkd]],
    [calls(string, [{split, ["a,b,,c,", ",", Where]}, {replace, ["a,b,,c", ",", "--", Where]}]) || Where <- [leading, trailing, all]],
    calls(string, [{to_integer, [S]} || S <- ["12", "-12x", "+", "", "x", <<"33\x{e4}"/utf8>>, "99999999999999999999"]]),
    calls(string, [{to_float, [S]} || S <- ["1.5", "-1.5e3x", "1", "1.", ".5", "1.0e", <<"2.5,">>, "1,5"]]).
