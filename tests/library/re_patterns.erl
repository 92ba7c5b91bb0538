%% Patterns of `re` against subjects: what each construct of PCRE's matches, and where.
%% OTP 28 took a newer PCRE, which has other errors and reads `a{,3}` as a quantifier.
%% releases: 25 27
-module(re_patterns).
-export([start/0]).

start() ->
    [table(Pattern, Subjects, Options) || {Options, Rows} <- tables(), {Pattern, Subjects} <- Rows],
    ok.

table(Pattern, Subjects, Options) ->
    show({Pattern, Options}),
    [show({Subject, run(Subject, Pattern, Options)}) || Subject <- Subjects].

run(Subject, Pattern, Options) ->
    Binary =
        case lists:member(unicode, Options) of
            true -> unicode:characters_to_binary(Subject);
            false -> list_to_binary(Subject)
        end,
    try
        First = re:run(Binary, Pattern, Options),
        All = re:run(Binary, Pattern, [global | Options]),
        case re:compile(Pattern, Options) of
            {ok, Compiled} ->
                First = re:run(Binary, Compiled),
                All = re:run(Subject, Compiled, [global]);
            {error, _} ->
                ok
        end,
        {First, All}
    catch
        Class:Reason -> {Class, Reason}
    end.

tables() ->
    [
        {[], plain()},
        {[caseless], caseless()},
        {[unicode], unicode()},
        {[unicode, ucp], ucp()},
        {[unicode, caseless], unicode_caseless()},
        {[multiline], lines()},
        {[dotall], [{"a.b", ["a\nb", "acb", "ab"]}, {".*", ["a\nb", ""]}, {"\\N+", ["ab\ncd"]}]},
        {[dollar_endonly], [{"a$", ["a", "a\n", "ab"]}, {"a\\Z", ["a", "a\n", "a\n\n"]}]},
        {[extended], extended()},
        {[ungreedy], [{"a*", ["aaa"]}, {"a*?", ["aaa"]}, {"a+b?", ["aab"]}, {"a{1,2}", ["aaa"]}, {"(a|ab)(c|bcd)?", ["abcd"]}]},
        {[anchored], [{"b", ["ab", "ba", "bba"]}, {"a|b", ["xab", "abx"]}]},
        {[no_auto_capture], [{"(a)(b)", ["ab"]}, {"(a)(?<n>b)", ["ab"]}]},
        {[dupnames], [{"(?<n>a)|(?<n>b)", ["a", "b"]}, {"(?:(?<n>a)|(?<n>b))\\k<n>", ["aa", "bb", "ab"]}]},
        {[firstline], [{"b", ["ab", "a\nb", "b\nb"]}, {"b\\n?", ["b\nb", "a\nb\n"]}]}
        | [{[Newline, multiline], newlines()} || Newline <- newline_kinds()]
    ] ++
        [{[Newline], ends()} || Newline <- newline_kinds()] ++
        [{[bsr_anycrlf], [{"a\\Rb", ["a\nb", "a\rb", "a\r\nb", "a\vb", "a\fb"]}]}].

newline_kinds() ->
    [{newline, lf}, {newline, cr}, {newline, crlf}, {newline, anycrlf}, {newline, any}].

plain() ->
    [
        {"", ["", "a", "ab"]},
        {"a", ["", "a", "ba", "aa"]},
        {"abc", ["abc", "xabcabc", "ab"]},
        {".", ["", "a", "\n", "a\nb", [255]]},
        {"a.c", ["abc", "a\nc", "ac"]},
        {"a*", ["", "aaa", "baac", "b"]},
        {"a+", ["", "aaa", "baac", "b"]},
        {"a?", ["", "aa", "ba"]},
        {"a*?", ["aaa", "b"]},
        {"a+?", ["aaa", "b"]},
        {"a??", ["aa", "b"]},
        {"a*+a", ["aaa"]},
        {"a++b", ["aaab", "aaa"]},
        {"a?+a", ["a", "aa"]},
        {"(?:ab)*+a", ["ababa", "aba"]},
        {"a{2}", ["a", "aa", "aaaaa"]},
        {"a{2,}", ["a", "aa", "aaaaa"]},
        {"a{1,3}", ["a", "aa", "aaaaa"]},
        {"a{0}b", ["ab", "b"]},
        {"a{0,1}b", ["aab", "b"]},
        {"a{2}?", ["aaaa"]},
        {"a{1,3}?", ["aaaa"]},
        {"a{1,3}+a", ["aaa", "aaaa"]},
        {"a{,3}", ["a{,3}", "aaa"]},
        {"a{1", ["a{1", "a"]},
        {"x{}", ["x{}"]},
        {"a{a}", ["a{a}"]},
        {"(a)", ["a", "b"]},
        {"(a)(b)?", ["a", "ab"]},
        {"(a)?(b)", ["b", "ab"]},
        {"(a)|(b)", ["a", "b", "ab"]},
        {"(a)|b", ["b"]},
        {"((a)(b))(c)", ["abc"]},
        {"(a|ab)(c|bcd)(d*)", ["abcd"]},
        {"(a*)*", ["b", ""]},
        {"(a*)+", ["b", ""]},
        {"(a*?)*", ["aa", "b"]},
        {"(a|b)*", ["abab", "c"]},
        {"(?:(a)|b)*", ["ab", "ba"]},
        {"(a|b)*?c", ["abc"]},
        {"()", ["", "a"]},
        {"()*", ["", "a"]},
        {"(?:)*", ["a"]},
        {"(|a)", ["a"]},
        {"(a|)+", ["b"]},
        {"a||b", ["ab"]},
        {"|a", ["a"]},
        {"a|", ["ba"]},
        {"^", ["", "a"]},
        {"^a", ["a", "ba", "\na"]},
        {"a$", ["a", "a\n", "a\n\n", "ab"]},
        {"$", ["", "a", "a\n", "\n\n"]},
        {"^$", ["", "\n", "a"]},
        {"\\Aa", ["a", "\na"]},
        {"a\\z", ["a", "a\n"]},
        {"a\\Z", ["a", "a\n", "a\n\n"]},
        {"\\Ga", ["aab", "baa"]},
        {"a\\Kb", ["ab", "aabab"]},
        {"(a\\Kb)c", ["abc"]},
        {"\\bfoo\\b", ["foo", "a foo b", "afoo", "foo_", [246 | "foo"], "foo-bar"]},
        {"\\B", ["ab", "", "a b", "  "]},
        {"\\b", ["ab cd", "", " "]},
        {"\\Boo", ["foo", "oo"]},
        {"\\d+", ["a12b3", [178]]},
        {"\\D+", ["a12b3"]},
        {"\\w+", ["a_1-b", [228, 246], "a.b"]},
        {"\\W+", ["a_1-b", "a .b", [160, 215]]},
        {"\\s+", ["a \t\n\v\f\rb", [133, 160]]},
        {"\\S+", [" ab  c "]},
        {"\\h+", [" \t\n", [160]]},
        {"\\H+", [" a\n"]},
        {"\\v+", ["a\n\v\f\rb", [133]]},
        {"\\V+", ["a\nb"]},
        {"\\R", ["\r\n", "\n\r", "\v", [133]]},
        {"\\R+", ["\r\n\n"]},
        {"\\R\\n", ["\r\n", "\r\n\n"]},
        {"\\N+", ["ab\ncd"]},
        {"[abc]+", ["xcabx"]},
        {"[^abc]+", ["xcabx\n"]},
        {"[a-c]+", ["xcabx", "-"]},
        {"[a\\-c]+", ["a-c", "b"]},
        {"[-a]+", ["a-"]},
        {"[a-]+", ["a-"]},
        {"[]a]+", ["a]"]},
        {"[^]a]+", ["ba]"]},
        {"[a^]+", ["a^"]},
        {"[\\d-z]+", ["1-z", "a"]},
        {"[\\w.]+", ["a.b-c"]},
        {"[^\\w\\s]+", ["a -.b"]},
        {"[\\W\\d]+", ["a-1b"]},
        {"[\\b]", ["\b", "b"]},
        {"[\\]\\\\]+", ["\\]["]},
        {"[\\Qa-c\\E]+", ["a-c", "b"]},
        {"[\\x41-\\x43\\n]+", ["ABCD\n"]},
        {"[[:alpha:]]+", ["ab1", [228, 170]]},
        {"[[:^alpha:]]+", ["ab1-"]},
        {"[[:digit:][:punct:]]+", ["a1-;b"]},
        {"[[:upper:]]+", ["abCDe"]},
        {"[[:space:]x]+", ["a x\tb"]},
        {"[[:xdigit:]]+", ["xyzAf09g"]},
        {"[[:word:]-]+", ["a-b c"]},
        {"[[:alpha]+", ["al:[ph"]},
        {"[a[:alpha:]b]+", ["xyz1"]},
        {"\\x41\\101\\o{101}\\x{41}", ["AAAA"]},
        {"\\e\\a\\f\\n\\r\\t", ["\e\a\f\n\r\t"]},
        {"\\cA\\c[", [[1, 27]]},
        {"\\0\\01\\012", [[0, 1, 10]]},
        {"\\xff", [[255], [254]]},
        {[233], [[233], [232]]},
        {[$[, 224, $-, 239, $], $+], [[224, 233, 240]]},
        {"\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\^\\$\\/", [".*+?()[]{}|^$/"]},
        {"\\-\\_\\<\\>\\\"\\'", ["-_<>\"'"]},
        {"\\i\\y\\j", ["iyj"]},
        {"\\Qa.b\\E.", ["a.bc", "axbc"]},
        {"\\Qa*\\E+", ["a**", "aa"]},
        {"a\\Q\\E+", ["aaa"]},
        {"\\Qabc", ["abc"]},
        {"(a)\\1", ["aa", "ab"]},
        {"(a*)b\\1", ["aabaa", "aaba"]},
        {"(a)|b\\1", ["b", "ab"]},
        {"(?:(a)|b)\\1", ["aa", "ba", "bb"]},
        {"(a)(b)\\2\\1", ["abba"]},
        {"(a)\\g1\\g{1}\\g{-1}", ["aaaa"]},
        {"(?<n>a)\\k<n>\\k'n'\\k{n}\\g{n}(?P=n)", ["aaaaaa"]},
        {"(?P<n>a)|(?'m'b)", ["a", "b"]},
        {"(\\w)(\\w)\\2\\1", ["abba", "xabbay"]},
        {"(a)\\11", ["aa1", [97, 9]]},
        {"(a)\\081", [[97, 0 | "81"]]},
        {"(?=ab)a", ["ab", "ac"]},
        {"a(?=b)", ["ab", "ac"]},
        {"a(?!b)", ["ab", "ac", "a"]},
        {"(?<=a)b", ["ab", "cb"]},
        {"(?<!a)b", ["ab", "cb", "b"]},
        {"(?<=a|bc)d", ["ad", "bcd", "cd"]},
        {"(?<=^|,)x", ["x,x", "ax"]},
        {"(?<=\\d{3})x", ["123x", "12x"]},
        {"(?=(a+))a*b\\1", ["baaabac"]},
        {"(?=(a))", ["a"]},
        {"(?!(a))b", ["b"]},
        {"(?:(?=a)a)+", ["aaa"]},
        {"(?=a)*b", ["b", "ab"]},
        {"(?=a)+a", ["a"]},
        {"(?!a)?a", ["a"]},
        {"(?>a+)b", ["aab"]},
        {"(?>a+)ab", ["aaab"]},
        {"(?>a|ab)c", ["abc", "ac"]},
        {"(?>(a+))b", ["aab"]},
        {"(?i)a", ["A", "a"]},
        {"a(?i)b", ["aB", "AB"]},
        {"a(?i)b|c", ["C", "aB"]},
        {"(a(?i)b)c", ["aBc", "aBC"]},
        {"(?i:a)b", ["Ab", "AB"]},
        {"(?i)a(?-i)b", ["Ab", "AB"]},
        {"(?s).", ["\n"]},
        {"(?s:.).", ["\n\n", "\na"]},
        {"(?m)^a$", ["b\na\nc"]},
        {"(?x) a b # c\n c", ["abc"]},
        {"(?ims)^A.b$", ["x\na\nB\n"]},
        {"(?U)a+", ["aaa"]},
        {"(?J)(?<n>a)|(?<n>b)", ["b"]},
        {"a(?#comment)b", ["ab"]},
        {"(?|(a)|(b))(c)", ["ac", "bc"]},
        {"(?|(a)(x)|(b))(c)", ["axc", "bc"]},
        {"(?|(a)|(b))\\1", ["aa", "bb", "ab"]},
        {"(a)?(?(1)b|c)", ["ab", "c", "ac", "b"]},
        {"(?<n>a)?(?(<n>)b|c)", ["ab", "c"]},
        {"(?<n>a)?(?('n')b)c", ["abc", "c"]},
        {"(?(?=a)ab|cd)", ["ab", "cd", "ad"]},
        {"(?(?!a)cd|ab)", ["ab", "cd"]},
        {"(?(?<=x)a|b)", ["xa", "b", "a"]},
        {"(a)?(?(1)b)", ["ab", "a", ""]},
        {"(?(DEFINE)(a))b", ["ab"]},
        {"(*FAIL)|a", ["a"]},
        {"a(*F)|b", ["ab"]},
        {"(*CRLF)^a", ["a"]},
        {"(*ANYCRLF)a.b", ["a\rb", "acb"]},
        {"(*UTF8)\\x{e9}", [[233], [195, 169]]},
        {"\\p{Lu}+", ["aBC"]},
        {"\\p{L}\\P{L}", ["a1", "ab"]},
        {"\\pL\\pN", ["a1"]},
        {"\\p{^Lu}", ["Ab"]},
        {"[\\p{Ll}\\d]+", ["ab1C"]},
        {"(\\d+)-(\\d+)-(\\d+)", ["on 2024-01-31 and 2025-02-28"]},
        {"^([\\w.+-]+)@([\\w-]+\\.)+(\\w{2,})$", ["a.b+c@d-e.f.org", "a@b"]},
        {"<(\\w+)[^>]*>(.*?)</\\1>", ["<b>x</b><i a='1'>y</i>"]},
        {"\"(?:[^\"\\\\]|\\\\.)*\"", ["say \"a\\\"b\" now"]},
        {"(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}", ["at 192.168.10.255."]},
        {"(a+|b+)*c", ["aabbc"]},
        {"^(?:a?){3}a{3}$", ["aaa"]},
        {"(x+x+)+y", ["xxxxy"]},
        {"((((((((((a))))))))))\\10", ["aa"]},
        {"a\\", ["a"]},
        {"(", ["a"]}
    ].

caseless() ->
    [
        {"abc", ["ABC", "aBc"]},
        {"[a-c]+", ["aBCd"]},
        {"[^a]", ["A", "b"]},
        {"[[:upper:]]+", ["aB"]},
        {"\\p{Lu}+", ["aB"]},
        {"(a)\\1", ["aA", "Aa"]},
        {[228], [[196], [228]]},
        {[$[, 224, $-, 230, $]], [[192], [198], [199]]},
        {"k\\x4b", ["Kk"]},
        {"\\xdf", [[223], [255]]},
        {"(?-i)a", ["A", "a"]}
    ].

unicode() ->
    [
        {".", ["", [1024], [16#1f600, 97]]},
        {[1024], [[1024], [1025]]},
        {"\\x{400}", [[1024], [1025]]},
        {"[\\x{400}-\\x{4ff}]+", [[97, 1024, 1100, 98]]},
        {"[^a]", [[1024], "a"]},
        {"\\w+", ["a_1", [1024]]},
        {"\\W+", [[1024, 97]]},
        {"\\s", [[160], [8232], " "]},
        {"\\h+", [[160, 8192, 12288]]},
        {"\\v+", [[8232, 133]]},
        {"\\R", [[8232]]},
        {"\\p{L}+", [[97, 228, 1024, 49]]},
        {"\\p{Greek}+", [[97, 945, 946]]},
        {"\\p{Lu}\\p{Ll}", [[1024, 1104]]},
        {"\\P{L}+", [[97, 49, 8364]]},
        {"\\p{L&}+", [[97, 688, 66]]},
        {"\\p{Xan}+\\p{Any}", [[97, 49, 8364]]},
        {"[\\p{Lu}\\x{3b1}]+", [[65, 945, 946]]},
        {"\\bb\\b", [[228, 98, 228], [1024, 98, 1024], "a b c"]},
        {"(.)\\1", [[1024, 1024], [1024, 1025]]},
        {"(?<=.)a", [[1024, 97]]},
        {"", [[1024, 97]]},
        {"x*", [[1024, 97]]}
    ].

ucp() ->
    [
        {"\\w+", [[228, 1024, 95, 49], "a-b"]},
        {"\\d+", [[1632, 49]]},
        {"\\s+", [[160, 8232, 32]]},
        {"\\bb\\b", [[1024, 98, 1024], [32, 98, 32]]},
        {"[[:alpha:]]+", [[97, 1024, 49]]},
        {"[[:upper:]]+", [[1024, 97]]},
        {"[[:digit:]]+", [[1632, 49]]},
        {"[[:^space:]]+", [[160, 97]]},
        {"\\W+", [[1024, 45, 46]]}
    ].

unicode_caseless() ->
    [
        {[1024], [[1024], [1104]]},
        {"\\x{e4}", [[196]]},
        {"k", [[16#212a]]},
        {"[\\x{3b1}-\\x{3b3}]+", [[913, 946, 915]]},
        {"[^\\x{3b1}]", [[913], "a"]},
        {"(.)\\1", [[1024, 1104], [228, 196]]}
    ].

lines() ->
    [
        {"^", ["", "a\nb", "a\n", "\n", "\n\n"]},
        {"$", ["", "a\nb", "a\n", "\n\n"]},
        {"^a", ["a\na\nb", "ba"]},
        {"a$", ["a\na\nb", "ab"]},
        {"^$", ["", "\n", "a\n\nb"]},
        {"\\Aa", ["b\na"]},
        {"a\\Z", ["a\nb", "a\n"]},
        {"^(.*)$", ["ab\ncd\n"]}
    ].

newlines() ->
    Subjects = ["a\nb", "a\rb", "a\r\nb", "a\vb", "a\n", "a\r", "a\r\n", "a\r\n\r\nb"],
    [{"^", Subjects}, {"$", Subjects}, {".+", Subjects}, {"^b", Subjects}, {"a$", Subjects}].

ends() ->
    Subjects = ["a", "a\n", "a\r", "a\r\n", "a\v", "a\n\n", "a\r\nb"],
    [{"a$", Subjects}, {"a\\Z", Subjects}, {".*", Subjects}, {"", Subjects}, {"a\\N", Subjects}].

extended() ->
    [
        {"a b", ["ab", "a b"]},
        {"a # comment\nb", ["ab"]},
        {"[a b]+", ["a b"]},
        {"a\\ b", ["a b"]},
        {"a +", ["aaa"]},
        {"\\Qa b\\E", ["a b", "ab"]},
        {"(?-x) a", [" a", "a"]},
        {"( a | b )+ c", ["abc"]}
    ].

show(Term) -> io:format("~w~n", [Term]).
