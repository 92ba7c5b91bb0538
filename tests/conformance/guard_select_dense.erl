%% Selection over dense and sparse tables of integers, characters, floats, atoms and integers beyond a word.
-module(guard_select_dense).
-export([start/0, id/1]).

start() ->
    [erlang:display({dense, N, dense(id(N))}) || N <- lists(-12, 14)],
    [erlang:display({far, N, far(id(1000000000000 + N))}) || N <- lists(-3, 12)],
    [erlang:display({holes, N, holes(id(N))}) || N <- lists(-1, 33)],
    [erlang:display({kind, [C], kind(id(C))}) || C <- lists(28, 128)],
    [erlang:display({shift, K, D, border(id(S * ((1 bsl K) + D)))})
     || K <- [15, 16, 27, 28, 31, 32, 58, 59, 60, 63, 64, 65, 128], D <- [-1, 0, 1], S <- [1, -1]],
    [erlang:display({real, I, real(id(I / 4))}) || I <- lists(-6, 10)],
    [erlang:display({either, V, either(id(V))}) || V <- [1, 2, a, b, {1}, {a}, {1, 2}, {a, 2}, {1, b}, [1], [a], [], <<1>>, <<"a">>]],
    [erlang:display({word, W, word(id(W)), index(word(id(W)))})
     || W <- [zero, one, two, three, four, five, six, seven, eight, nine, ten, '', 'One', "one"]],
    erlang:display({sum, loop(0, 0)}),
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

lists(A, B) when A > B -> [];
lists(A, B) -> [A | lists(A + 1, B)].

dense(-10) -> a; dense(-9) -> b; dense(-8) -> c; dense(-7) -> d; dense(-6) -> e; dense(-5) -> f; dense(-4) -> g;
dense(-3) -> h; dense(-2) -> i; dense(-1) -> j; dense(0) -> k; dense(1) -> l; dense(2) -> m; dense(3) -> n;
dense(4) -> o; dense(5) -> p; dense(6) -> q; dense(7) -> r; dense(8) -> s; dense(9) -> t; dense(10) -> u;
dense(N) when N < 0 -> below; dense(_) -> above.

far(1000000000000) -> 0; far(1000000000001) -> 1; far(1000000000002) -> 2; far(1000000000003) -> 3;
far(1000000000004) -> 4; far(1000000000005) -> 5; far(1000000000006) -> 6; far(1000000000007) -> 7;
far(1000000000008) -> 8; far(1000000000009) -> 9; far(_) -> none.

holes(0) -> 0; holes(1) -> 1; holes(2) -> 1; holes(3) -> 2; holes(5) -> 3; holes(8) -> 4; holes(13) -> 5;
holes(21) -> 6; holes(31) -> 7; holes(32) -> 8; holes(N) -> {none, N}.

kind($\s) -> space; kind($\t) -> space; kind($\n) -> space;
kind($+) -> sign; kind($-) -> sign; kind($*) -> sign; kind($/) -> sign;
kind($() -> open; kind($)) -> close; kind($[) -> open; kind($]) -> close; kind(${) -> open; kind($}) -> close;
kind(C) when C >= $0, C =< $9 -> {digit, C - $0};
kind(C) when C >= $a, C =< $f; C >= $A, C =< $F -> {hex, (C band 16#DF) - $A + 10};
kind(C) when C >= $a, C =< $z -> lower;
kind(C) when C >= $A, C =< $Z -> upper;
kind(127) -> delete; kind(_) -> other.

border(16#7FFF) -> p15m; border(16#8000) -> p15; border(16#FFFF) -> p16m; border(16#10000) -> p16;
border(16#7FFFFFF) -> p27m; border(16#8000000) -> p27; border(16#FFFFFFF) -> p28m; border(16#10000000) -> p28;
border(16#7FFFFFFF) -> p31m; border(16#80000000) -> p31; border(16#FFFFFFFF) -> p32m; border(16#100000000) -> p32;
border(16#7FFFFFFFFFFFFFF) -> p59m; border(16#800000000000000) -> p59; border(16#FFFFFFFFFFFFFFF) -> p60m;
border(16#1000000000000000) -> p60; border(16#7FFFFFFFFFFFFFFF) -> p63m; border(16#8000000000000000) -> p63;
border(16#FFFFFFFFFFFFFFFF) -> p64m; border(16#10000000000000000) -> p64; border(16#20000000000000001) -> p65p;
border(-16#8000) -> n15; border(-16#8000000) -> n27; border(-16#8000001) -> n27p; border(-16#80000000) -> n31;
border(-16#800000000000000) -> n59; border(-16#800000000000001) -> n59p; border(-16#8000000000000000) -> n63;
border(-16#8000000000000001) -> n63p; border(-16#10000000000000000) -> n64;
border(16#100000000000000000000000000000000) -> p128; border(-16#100000000000000000000000000000001) -> n128p;
border(_) -> other.

real(-1.5) -> 1; real(-1.0) -> 2; real(-0.25) -> 3; real(0.25) -> 4; real(0.5) -> 5; real(1.0) -> 6; real(2.25) -> 7;
real(2) -> integer; real(_) -> other.

either(1) -> i1; either(2) -> i2; either(a) -> a; either({1}) -> t1; either({a}) -> ta; either({1, 2}) -> t12;
either({a, X}) -> {ta, X}; either({X, b}) -> {tb, X}; either([1]) -> l1; either([X]) -> {l, X}; either([]) -> nil;
either(<<1>>) -> b1; either(<<"a">>) -> ba; either(X) -> {other, X}.

word(zero) -> 0; word(one) -> 1; word(two) -> 2; word(three) -> 3; word(four) -> 4; word(five) -> 5; word(six) -> 6;
word(seven) -> 7; word(eight) -> 8; word(nine) -> 9; word(_) -> none.

index(N) -> case N of 0 -> zero; 1 -> one; 2 -> two; 3 -> three; 4 -> four; 5 -> five; 6 -> six; 7 -> seven; none -> no; _ -> more end.

loop(1000, Sum) -> Sum;
loop(N, Sum) ->
    loop(N + 1, Sum + case N rem 11 of 0 -> 3; 1 -> 1; 2 -> 4; 3 -> 1; 4 -> 5; 5 -> 9; 6 -> 2; 7 -> 6; 8 -> 5; 9 -> 3; _ -> 50 end).
