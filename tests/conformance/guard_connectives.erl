%% and, or, xor, not, andalso, orelse, comma and semicolon over booleans and others, in guards and in bodies.
-module(guard_connectives).
-export([start/0, id/1]).

start() ->
    Values = [true, false, a, 1, []],
    [line({pair, A, B}, guards(A, B), [body(W, A, B) || W <- [1, 2, 3, 4, 5, 6, 7, 8]]) || A <- Values, B <- Values],
    Few = [true, false, x],
    [line({three, A, B, C}, triples(A, B, C), [nest(W, A, B, C) || W <- [1, 2, 3, 4, 5, 6]])
     || A <- Few, B <- Few, C <- Few],
    [erlang:display({failing, V, failing(id(V))}) || V <- [{}, {true}, {false}, {1}, [], [true], [false], #{}, 0, true]],
    ok.

line(Tag, Guard, Body) ->
    erlang:display({Tag, Guard, Body}).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

guards(A, B) ->
    [if A and B -> t; true -> f end,
     if A or B -> t; true -> f end,
     if A xor B -> t; true -> f end,
     if A andalso B -> t; true -> f end,
     if A orelse B -> t; true -> f end,
     if not A, B -> t; true -> f end,
     if not (A and B) -> t; true -> f end,
     if not (A or B) -> t; true -> f end,
     if not (A andalso B) -> t; true -> f end,
     if not (A orelse B) -> t; true -> f end,
     if A, B -> t; true -> f end,
     if A; B -> t; true -> f end,
     if A == B, A -> t; A =/= B, B -> u; true -> f end].

body(W, A, B) ->
    try do(W, A, B) catch C:R -> {C, R} end.

do(1, A, B) -> id(A) and id(B);
do(2, A, B) -> id(A) or id(B);
do(3, A, B) -> id(A) xor id(B);
do(4, A, B) -> id(A) andalso id(B);
do(5, A, B) -> id(A) orelse id(B);
do(6, A, B) -> not (id(A) andalso id(B));
do(7, A, B) -> not (id(A) orelse id(B));
do(8, A, B) -> (not id(A)) xor (not id(B)).

triples(A, B, C) ->
    [if (A andalso B) or C -> t; true -> f end,
     if (A orelse B) and C -> t; true -> f end,
     if A andalso (B orelse C) -> t; true -> f end,
     if A orelse (B andalso C) -> t; true -> f end,
     if (A and B) orelse C -> t; true -> f end,
     if (A or B) andalso C -> t; true -> f end,
     if A xor (B andalso C) -> t; true -> f end,
     if not A orelse not B orelse not C -> t; true -> f end,
     if A, B; C -> t; true -> f end,
     if A; B, C -> t; true -> f end].

nest(W, A, B, C) ->
    try three(W, A, B, C) catch Class:R -> {Class, R} end.

three(1, A, B, C) -> (id(A) andalso id(B)) or id(C);
three(2, A, B, C) -> (id(A) orelse id(B)) and id(C);
three(3, A, B, C) -> id(A) andalso (id(B) orelse id(C));
three(4, A, B, C) -> id(A) orelse (id(B) andalso id(C));
three(5, A, B, C) -> id(A) xor (id(B) andalso id(C));
three(6, A, B, C) -> case id(A) andalso id(B) of true -> yes; false -> {no, id(C) orelse last}; O -> {other, O} end.

%% An operand that fails fails the alternative, not the guard.
failing(V) ->
    [if element(1, V) -> t; true -> f end,
     if hd(V) -> t; true -> f end,
     if element(1, V); hd(V) -> t; true -> f end,
     if element(1, V) orelse hd(V) -> t; true -> f end,
     if is_tuple(V) andalso element(1, V) -> t; true -> f end,
     if is_list(V) andalso hd(V); is_tuple(V) andalso element(1, V) -> t; true -> f end,
     if not is_tuple(V) orelse element(1, V) -> t; true -> f end,
     if is_map(V) or element(1, V) -> t; true -> f end,
     if map_size(V) =:= 0; V =:= 0 -> t; true -> f end,
     if (V =:= true) xor (hd(V) =:= true) -> t; V -> u; true -> f end].
