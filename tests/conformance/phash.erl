-module(phash).
-compile(nowarn_deprecated_function).
-export([start/0]).

%% The hash that came before phash2.
start() ->
    Terms = [[], a, 'a atom', '\x{e5}', 0, 1, -1, 255, 256, -300, 1 bsl 26, 1 bsl 28, -(1 bsl 28), 1 bsl 31,
             1 bsl 32, -(1 bsl 33), 1 bsl 59, 1 bsl 60, -(1 bsl 63), 1 bsl 64, 1 bsl 100 + 7, -(1 bsl 200), 0.0, 1.5, -2.25e100,
             [1], [1 | 2], "text", "text" ++ [a], [a, b | c], [300, 1, 2], [[], [1, [2]]], {}, {1}, {a, {b, [c]}, "d"},
             <<>>, <<"bytes">>, <<1:3>>, <<"more", 5:7>>, #{}, #{a => 1}, #{{1} => [2], b => <<3>>},
             fun lists:map/2, fun ?MODULE:start/0],
    [erlang:display({T, erlang:phash(T, 1 bsl 32)}) || T <- Terms],
    [erlang:display(erlang:phash(T, 1000)) || T <- Terms],
    erlang:display(erlang:phash(Terms, 1 bsl 32)),
    erlang:display(erlang:phash(x, 1)),
    erlang:display(erlang:phash('\x{3bb}x', 1 bsl 32)),
    Bits = <<7:3, "unaligned">>,
    <<_:3, Part/bits>> = Bits,
    erlang:display(erlang:phash(Part, 1 bsl 32)),
    erlang:display(erlang:phash(<<Part/bits, 1:1>>, 1 bsl 32)),
    [erlang:display(try erlang:phash(x, R) catch C:E:S -> {C, E, hd(S)} end)
     || R <- [0, -1, 1 bsl 32 + 1, 1 bsl 70, 1.0, a]],
    ok.
