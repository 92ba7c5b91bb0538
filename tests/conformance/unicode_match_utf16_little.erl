%% Code points matched as utf16-little, and wrong bytes.
-module(unicode_match_utf16_little).
-export([start/0, id/1]).

start() ->
    run(1, 20).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> all(<<"aé€𝄞z"/utf16-little>>);
t(2) -> skip(<<"é𝄞z"/utf16-little>>);
t(3) -> odd(<<5:3, "é€"/utf16-little>>);
t(4) -> all(id(<<>>));
t(5) -> all(id(<<16#80>>));
t(6) -> all(id(<<16#C0, 16#80>>));
t(7) -> all(id(<<16#C3>>));
t(8) -> all(id(<<16#E0, 16#80, 16#80>>));
t(9) -> all(id(<<16#ED, 16#A0, 16#80>>));
t(10) -> all(id(<<16#F4, 16#90, 16#80, 16#80>>));
t(11) -> all(id(<<16#F0, 16#9F, 16#98>>));
t(12) -> all(id(<<16#D8, 0>>));
t(13) -> all(id(<<16#D8, 0, 0, 16#41>>));
t(14) -> all(id(<<16#DC, 0, 16#DC, 0>>));
t(15) -> all(id(<<0, 16#D8, 0, 16#DC>>));
t(16) -> all(id(<<0, 0, 16#D8, 0>>));
t(17) -> all(id(<<0, 17, 0, 0>>));
t(18) -> all(id(<<0, 0, 17, 0>>));
t(19) -> all(id(<<16#41:7>>));
t(20) -> all(id(<<97, 1:1>>)).

all(<<C/utf16-little, Rest/bits>>) -> [C | all(Rest)];
all(Rest) -> [Rest].

skip(<<_/utf16-little, Rest/bits>>) -> Rest;
skip(_) -> none.

odd(<<_:3, A/utf16-little, B/utf16-little>>) -> {A, B};
odd(_) -> none.
