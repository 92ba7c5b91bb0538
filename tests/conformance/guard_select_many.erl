%% One clause out of many: atoms, small and large integers, arities and mixed values.
-module(guard_select_many).
-export([start/0, id/1]).

start() ->
    run(1, 5).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) ->
    [number(id(N)) || N <- [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100, 1000, 1 bsl 27, 1 bsl 28, 1 bsl 31, 1 bsl 59, 1 bsl 60, 1 bsl 64, 5.0, a]];
t(2) ->
    [sparse(id(N)) || N <- [-100000000000, -70000, -1, 0, 17, 300, 70000, 100000000000, 123456789012345678901234567890, 16]];
t(3) ->
    [colour(id(C)) || C <- [red, green, blue, cyan, magenta, yellow, black, white, grey, pink, none, "red", <<"red">>]];
t(4) -> [arity(id(T)) || T <- [{}, {1}, {1, 2}, {1, 2, 3}, {1, 2, 3, 4}, {1, 2, 3, 4, 5}, [], a]];
t(5) -> [mixed(id(V)) || V <- [a, 1, 1.0, "a", <<"a">>, {a}, #{a => 1}, [], 2.5, -0.0]].

number(0) -> zero; number(1) -> one; number(2) -> two; number(3) -> three; number(4) -> four; number(5) -> five;
number(6) -> six; number(7) -> seven; number(8) -> eight; number(9) -> nine; number(10) -> ten;
number(16#8000000) -> two27; number(16#10000000) -> two28; number(16#80000000) -> two31;
number(16#800000000000000) -> two59; number(16#1000000000000000) -> two60; number(16#10000000000000000) -> two64;
number(_) -> other.

sparse(-100000000000) -> a; sparse(-70000) -> b; sparse(-1) -> c; sparse(17) -> d; sparse(300) -> e;
sparse(70000) -> f; sparse(100000000000) -> g; sparse(123456789012345678901234567890) -> h; sparse(_) -> i.

colour(red) -> 1; colour(green) -> 2; colour(blue) -> 3; colour(cyan) -> 4; colour(magenta) -> 5;
colour(yellow) -> 6; colour(black) -> 7; colour(white) -> 8; colour(grey) -> 9; colour(_) -> 0.

arity({}) -> 0; arity({_}) -> 1; arity({_, _}) -> 2; arity({_, _, _}) -> 3; arity({_, _, _, _}) -> 4; arity(_) -> no.

mixed(a) -> atom; mixed(1) -> integer; mixed(1.0) -> float; mixed("a") -> string; mixed(<<"a">>) -> binary;
mixed({a}) -> tuple; mixed(#{a := V}) -> {map, V}; mixed([]) -> nil; mixed(2.5) -> float; mixed(_) -> other.
