%% andalso and orelse, and the strict and, or and xor, in guards and bodies.
-module(guard_orelse).
-export([start/0, id/1]).

start() ->
    run(1, 12).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [lazy(id(A), id(B)) || A <- [true, false, x], B <- [true, false, 1]];
t(2) -> [strict(id(A), id(B)) || A <- [true, false, x], B <- [true, false, 1]];
t(3) -> id(true) and id(1);
t(4) -> id(1) or id(true);
t(5) -> id(true) xor id(true);
t(6) -> id(a) xor id(true);
t(7) -> not id(1);
t(8) -> id(false) andalso id(1);
t(9) -> id(true) andalso id(1);
t(10) -> id(1) andalso id(true);
t(11) -> id(true) orelse id(1);
t(12) -> id(1) orelse true.

lazy(A, B) when A orelse B -> either;
lazy(A, B) when A =:= x andalso not B -> x_and_not;
lazy(_, _) -> none.

strict(A, B) when A and B -> both;
strict(A, B) when A or B -> one;
strict(A, B) when A xor B -> never;
strict(_, _) -> none.
