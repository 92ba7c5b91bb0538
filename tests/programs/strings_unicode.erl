%% string's grapheme functions and unicode's encodings and normal forms.
%% modules: string unicode unicode_util binary
-module(strings_unicode).
-export([start/0]).

start() ->
    Text = "  Grüße, Ωmega and e\x{301}te\x{301} 👩‍👧 flag 🇩🇪  ",
    io:format("~w~n", [string:length(Text)]),
    io:format("[~ts]~n", [string:trim(Text)]),
    io:format("[~ts]~n", [string:trim(Text, leading)]),
    io:format("~ts~n", [string:uppercase(Text)]),
    io:format("~ts~n", [string:lowercase(Text)]),
    io:format("~ts~n", [string:titlecase("straße")]),
    io:format("~ts~n", [string:casefold("Straße ΣΊΣΥΦΟΣ")]),
    io:format("~w~n", [string:to_graphemes("e\x{301}a\r\nb👩‍👧")]),
    io:format("~ts~n", [string:reverse("e\x{301}abc👩‍👧")]),
    io:format("~w~n", [string:equal("e\x{301}", "é", false, nfc)]),
    io:format("~tp~n", [string:split("a--b--c", "--", all)]),
    io:format("~tp~n", [string:split(<<"a--b--c">>, "--", trailing)]),
    io:format("~tp~n", [string:lexemes("the quick,brown;fox", " ,;")]),
    io:format("~tp~n", [string:nth_lexeme("one two three", 2, " ")]),
    io:format("~tp~n", [string:replace("banana", "an", "<>", all)]),
    io:format("~tp~n", [string:find("haystack needle x", "needle")]),
    io:format("~tp~n", [string:find("a.b.c", ".", trailing)]),
    io:format("~tp~n", [string:prefix("prefix-rest", "prefix-")]),
    io:format("~tp~n", [string:slice("0123456789", 3, 4)]),
    io:format("[~ts] [~ts] [~ts]~n", [string:pad("x", 5), string:pad("x", 5, leading, $.), string:pad("x", 6, both, $*)]),
    io:format("~tp~n", [string:take("123abc", "0123456789")]),
    io:format("~tp~n", [string:to_integer("42rest")]),
    io:format("~tp~n", [string:to_float("2.5e3x")]),
    io:format("~tp~n", [string:to_integer("none")]),
    io:format("~tp~n", [[string:is_empty("") | old()]]),
    encodings(),
    normal_forms(),
    ok.

old() ->
    [string:str("hello", "l"), string:rstr("hello", "l"), string:tokens("a b c", " "), string:strip("  x "),
     string:centre("mid", 9, $-), string:join(["a", "b"], ", "), string:to_upper("abc"), string:chars($z, 3),
     string:span("aab", "a"), string:copies("ab", 2), string:sub_word("one two", 2), string:words("a b c")].

encodings() ->
    List = [$a, 16#e9, 16#20ac, 16#1f600],
    Encodings = [utf8, {utf16, big}, {utf16, little}, {utf32, big}],
    [begin
         Bin = unicode:characters_to_binary(List, unicode, E),
         io:format("~w ~w ~w~n", [E, Bin, unicode:characters_to_list(Bin, E) =:= List])
     end || E <- Encodings],
    io:format("~w~n", [unicode:characters_to_binary(<<"ok", 255, "x">>)]),
    io:format("~w~n", [unicode:characters_to_list(<<"ok", 16#e2, 16#82>>)]),
    io:format("~w~n", [unicode:characters_to_binary([16#20ac], unicode, latin1)]),
    io:format("~w~n", [unicode:bom_to_encoding(<<16#ef, 16#bb, 16#bf, "x">>)]).

normal_forms() ->
    S = "ﬁ é e\x{301} Å 각",
    [io:format("~w~n", [F(S)]) ||
        F <- [fun unicode:characters_to_nfc_list/1, fun unicode:characters_to_nfd_list/1,
              fun unicode:characters_to_nfkc_list/1, fun unicode:characters_to_nfkd_binary/1]].
