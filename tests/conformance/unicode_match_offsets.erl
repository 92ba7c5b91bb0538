%% Characters of UTF-8, UTF-16 and UTF-32 built and matched in the middle of bitstrings, at each place of a byte.
-module(unicode_match_offsets).
-export([start/0, id/1]).

start() ->
    Chars = [0, $a, 16#7F, 16#80, 16#7FF, 16#800, 16#D7FF, 16#E000, 16#FFFD, 16#FFFF, 16#10000, 16#10FFFF],
    [erlang:display({O, C, u8(O, C), u16(O, C), l16(O, C), u32(O, C), l32(O, C)}) || O <- [0, 1, 3, 4, 7], C <- Chars],
    [erlang:display({wrong, O, B, [K(O, <<0:O, B/bits>>) || K <- kinds()]})
     || O <- [0, 5], B <- [<<16#80>>, <<16#C0, 16#80>>, <<16#C3>>, <<16#E0, 16#80, 16#80>>, <<16#ED, 16#A0, 16#80>>,
                           <<16#F4, 16#90, 16#80, 16#80>>, <<16#F8, 1, 1, 1>>, <<16#D800:16, 16#DC00:16>>, <<16#D800:16>>,
                           <<16#DC00:16, 16#D800:16>>, <<0, 0, 16#D8, 0>>, <<0, 16#11, 0, 0>>, <<0, 0, 16#FF, 16#FF>>,
                           <<$a, 1:3>>, <<0, $a, 1:3>>, <<1:7>>, <<>>]],
    [erlang:display({build, V, [attempt(F, V) || F <- builders()]})
     || V <- [-1, 16#D800, 16#DFFF, 16#110000, 1 bsl 64, 1.0, a]],
    [erlang:display({text, O, chars(O, <<0:O, "a\x{e5}\x{20ac}\x{1F600}z"/utf8>>), skips(<<1:O, "a\x{e5}\x{20ac}\x{1F600}z"/utf8>>, O)}) || O <- [0, 1, 2, 3, 4, 5, 6, 7]],
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

u8(O, C) -> B = id(<<1:O, C/utf8, 5:3>>), case B of <<_:O, C/utf8, 5:3>> -> {yes, bit_size(B), B}; _ -> no end.
u16(O, C) -> B = id(<<1:O, C/utf16, 5:3>>), case B of <<_:O, D/utf16, 5:3>> -> {D =:= C, bit_size(B), B}; _ -> no end.
l16(O, C) -> B = id(<<1:O, C/utf16-little, 5:3>>), case B of <<_:O, D/utf16-little, 5:3>> -> {D =:= C, B}; _ -> no end.
u32(O, C) -> B = id(<<1:O, C/utf32, 5:3>>), case B of <<_:O, _/utf32, 5:3>> -> {skipped, B}; _ -> no end.
l32(O, C) -> B = id(<<1:O, C/utf32-little, 5:3>>), case B of <<_:O, D/utf32-little, 5:3>> -> {D =:= C, B}; _ -> no end.

kinds() ->
    [fun(O, B) -> case B of <<_:O, C/utf8, R/bits>> -> {C, R}; _ -> no end end,
     fun(O, B) -> case B of <<_:O, C/utf16, R/bits>> -> {C, R}; _ -> no end end,
     fun(O, B) -> case B of <<_:O, C/utf16-little, R/bits>> -> {C, R}; _ -> no end end,
     fun(O, B) -> case B of <<_:O, C/utf32, R/bits>> -> {C, R}; _ -> no end end,
     fun(O, B) -> case B of <<_:O, C/utf32-little, R/bits>> -> {C, R}; _ -> no end end,
     fun(O, B) -> case B of <<_:O, _/utf8, R/bits>> -> R; _ -> no end end,
     fun(O, B) -> case B of <<_:O, _/utf16, R/bits>> -> R; _ -> no end end].

builders() ->
    [fun(V) -> <<V/utf8>> end, fun(V) -> <<1:1, V/utf16>> end, fun(V) -> <<V/utf16-little>> end,
     fun(V) -> <<V/utf32>> end, fun(V) -> <<7:3, V/utf32-little>> end].

attempt(F, V) -> try F(id(V)) catch C:R -> {C, R} end.

chars(O, B) -> <<_:O, T/bits>> = B, chars(T).

chars(<<C/utf8, R/bits>>) -> [C | chars(R)];
chars(R) -> {rest, R}.

skips(B, O) -> <<_:O, _/utf8, _/utf8, C/utf8, _/utf8, R/bits>> = B, {C, R}.
