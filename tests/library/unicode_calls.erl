%% `unicode` and `unicode_util`: characters, encodings, normal forms.
-module(unicode_calls).
-export([start/0]).
-include("calls.hrl").

start() ->
    Pool = [
        "", "abc", [1024, 16#10ffff], [$e, 16#301], <<"abc">>, <<"\x{e4}\x{20ac}"/utf8>>, <<255, 97>>, <<"a", 226, 130>>,
        [<<226>>, <<130, 172>>], [$a | <<"b">>], [$a | $b], [16#d800], [-1], [[$x]], <<1:7>>, latin1, unicode, utf8, utf16,
        {utf16, little}, {utf16, big}, utf32, {utf32, little}, <<16#feff:16, 97:16>>, <<0, 97, 0, 228>>, <<0, 0, 4, 0>>, abc, 5
    ],
    all_calls(unicode, Pool, 800, [bin_is_7bit]),
    Texts = [
        "", "abc", [$e, 16#301, 16#323], [16#1e69], [16#ac00, 16#11a8], [16#1100, 16#1161, 16#11a8], [16#fb01], [16#212b], "\x{e4}\x{df}",
        [16#1F1E9, 16#1F1EA, 16#1F1EB], [16#1F468, 16#200D, 16#1F469], "\r\n\r", [16#915, 16#94d, 16#937], <<"e\x{301}x"/utf8>>, <<255>>,
        [$a, 16#300, 16#301], [16#130], [16#1c4], [16#3a3], [16#600, $a]
    ],
    [calls(unicode_util, [{F, [T]} || T <- Texts]) || F <- [cp, gc, nfc, nfd, nfkc, nfkd, uppercase, lowercase, titlecase, casefold]],
    [show([{F, C, unicode_util:F([C])} || F <- [uppercase, lowercase, titlecase, casefold, nfd, nfkc]]) || C <- lists:seq(16#a0, 16#250, 7)],
    calls(unicode_util, [{F, [C]} || F <- [is_whitespace, is_letter, lookup], C <- [32, 97, 160, 1024, 8232, 16#10ffff]]),
    calls(unicode_util, [{whitespace, []}, {spec_version, []}]).
