%% Building characters with the instructions of OTP 24: bs_utf8_size, bs_put_utf8 and the like.
-module(old_build_utf).
-compile([no_bs_create_bin, no_type_opt]).
-export([start/0, id/1]).

start() ->
    run(1, 25).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [<<C/utf8>> || C <- characters()];
t(2) -> [<<1:1, C/utf8, C/utf8, 0:7>> || C <- characters()];
t(3) -> [try <<W/utf8>> catch Class:Reason -> {Class, Reason} end || W <- wrong()];
t(4) -> [try <<1:3, W/utf8, 1:5>> catch Class:Reason -> {Class, Reason} end || W <- wrong()];
t(5) -> [<<C/utf16>> || C <- characters()];
t(6) -> [<<1:1, C/utf16, C/utf16, 0:7>> || C <- characters()];
t(7) -> [try <<W/utf16>> catch Class:Reason -> {Class, Reason} end || W <- wrong()];
t(8) -> [try <<1:3, W/utf16, 1:5>> catch Class:Reason -> {Class, Reason} end || W <- wrong()];
t(9) -> [<<C/utf16-little>> || C <- characters()];
t(10) -> [<<1:1, C/utf16-little, C/utf16-little, 0:7>> || C <- characters()];
t(11) -> [try <<W/utf16-little>> catch Class:Reason -> {Class, Reason} end || W <- wrong()];
t(12) -> [try <<1:3, W/utf16-little, 1:5>> catch Class:Reason -> {Class, Reason} end || W <- wrong()];
t(13) -> [<<C/utf32>> || C <- characters()];
t(14) -> [<<1:1, C/utf32, C/utf32, 0:7>> || C <- characters()];
t(15) -> [try <<W/utf32>> catch Class:Reason -> {Class, Reason} end || W <- wrong()];
t(16) -> [try <<1:3, W/utf32, 1:5>> catch Class:Reason -> {Class, Reason} end || W <- wrong()];
t(17) -> [<<C/utf32-little>> || C <- characters()];
t(18) -> [<<1:1, C/utf32-little, C/utf32-little, 0:7>> || C <- characters()];
t(19) -> [try <<W/utf32-little>> catch Class:Reason -> {Class, Reason} end || W <- wrong()];
t(20) -> [try <<1:3, W/utf32-little, 1:5>> catch Class:Reason -> {Class, Reason} end || W <- wrong()];
t(21) -> << <<C/utf8>> || C <- characters() >>;
t(22) -> << <<C/utf16>> || C <- characters() >>;
t(23) -> << <<0:1, C/utf32-little>> || C <- characters() >>;
t(24) -> <<"text"/utf8, (id($x))/utf8, "text"/utf16>>;
t(25) -> [g(C) || C <- characters() ++ wrong()].

characters() ->
    [0, $a, 16#7F, 16#80, 16#7FF, 16#800, 16#D7FF, 16#E000, 16#FFFE, 16#FFFF, 16#10000, 16#1F600, 16#10FFFF].

wrong() ->
    [-1, 16#D800, 16#DFFF, 16#110000, a, 1.0, <<"a">>, "a", 1 bsl 70, -(1 bsl 70), 1 bsl 40].

g(C) when <<C/utf8>> =:= <<"a">> -> a;
g(C) when <<C/utf16, 0>> =:= <<0, 16#80, 0>> -> b;
g(C) when <<C/utf32>> > <<0, 1>> -> large;
g(_) -> other.
