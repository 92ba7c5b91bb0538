%% Named funs that call themselves: many clauses, folds, mutual recursion, continuations, fixed points, deep and in tails.
-module(fun_recursion).
-export([start/0, id/1]).

start() ->
    [erlang:display({N, [fact(N), fib(N), collatz(N), even(N), digits(N), gray(N)]}) || N <- seq(0, 15)],
    [erlang:display({ackermann, M, N, ackermann(M, N)}) || M <- [0, 1, 2], N <- [0, 1, 4]],
    [erlang:display({hanoi, N, length(hanoi(N)), erlang:phash2(hanoi(N))}) || N <- [0, 1, 2, 3, 8]],
    [erlang:display({permutations, L, permutations(L)}) || L <- [[], [a], [a, b], [1, 2, 3]]],
    [erlang:display({queens, N, length(queens(N)), hd(queens(N) ++ [none])}) || N <- [1, 2, 3, 4, 5, 6]],
    [erlang:display({flat, T, flat(T), depth(T)}) || T <- [[], [[]], [1, [2, [3, [4]]], {5, [6]}], {{}, {{1}}}, [[[]], a], [1 | 2]]],
    erlang:display({fixed, (fix(fun(F) -> fun(0) -> 1; (N) -> N * F(N - 1) end end))(id(20))}),
    erlang:display({church, [church(N) || N <- seq(0, 6)]}),
    erlang:display({cps, cps(seq(1, 50)), tail(id(100000), 0), deep(id(20000))}),
    erlang:display({primes, take(25, sieve(from(2)))}),
    erlang:display({clauses, [clauses(T) || T <- [[], [a, 1, b, 2.0], [{a, b}, {c}, <<"x">>], [#{}, self, [1]]]]}),
    erlang:display({shadowed, shadowed(id(3))}),
    erlang:display({caught, caught(id(5))}),
    erlang:display({itself, itself()}),
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

seq(A, B) when A > B -> [];
seq(A, B) -> [A | seq(A + 1, B)].

fact(N) -> F = fun F(0) -> 1; F(X) -> X * F(X - 1) end, F(N).

fib(N) -> F = fun F(0, A, _) -> A; F(X, A, B) -> F(X - 1, B, A + B) end, F(N, 0, 1).

collatz(N) -> F = fun C(X, S) when X =< 1 -> S; C(X, S) when X rem 2 =:= 0 -> C(X div 2, S + 1); C(X, S) -> C(3 * X + 1, S + 1) end, F(N, 0).

%% Two that call each other: one knows the other by its argument.
even(N) ->
    Even = fun E(0, _) -> true; E(X, O) -> O(X - 1, E) end,
    Odd = fun O(0, _) -> false; O(X, E) -> E(X - 1, O) end,
    Even(N, Odd).

digits(N) -> F = fun D(X, B) when X < B -> [X]; D(X, B) -> D(X div B, B) ++ [X rem B] end, [F(N, B) || B <- [2, 3]].

gray(N) -> F = fun G(0) -> [[]]; G(X) -> P = G(X - 1), [[0 | B] || B <- P] ++ [[1 | B] || B <- reverse(P)] end, length(F(N rem 5)).

reverse(L) -> (fun R([], A) -> A; R([H | T], A) -> R(T, [H | A]) end)(L, []).

ackermann(M, N) -> (fun A(0, Y) -> Y + 1; A(X, 0) -> A(X - 1, 1); A(X, Y) -> A(X - 1, A(X, Y - 1)) end)(M, N).

hanoi(N) -> (fun H(0, _, _, _) -> []; H(X, A, B, C) -> H(X - 1, A, C, B) ++ [{A, B}] ++ H(X - 1, C, B, A) end)(N, a, b, c).

permutations(L) -> (fun P([]) -> [[]]; P(X) -> [[H | T] || H <- X, T <- P(X -- [H])] end)(L).

queens(N) ->
    Safe = fun S(_, _, []) -> true; S(Q, D, [P | T]) -> Q =/= P andalso abs(Q - P) =/= D andalso S(Q, D + 1, T) end,
    (fun Place(0) -> [[]]; Place(K) -> [[Q | R] || R <- Place(K - 1), Q <- seq(1, N), Safe(Q, 1, R)] end)(N).

flat(T) ->
    (fun F([], A) -> A; F([H | R], A) -> F(H, F(R, A)); F(X, A) when is_tuple(X) -> F(tuple_to_list(X), A); F(X, A) -> [X | A] end)(T, []).

depth(T) ->
    (fun D([H | R]) -> max(1 + D(H), D(R)); D(X) when is_tuple(X) -> D(tuple_to_list(X)); D(_) -> 0 end)(T).

fix(F) -> (fun(X) -> X(X) end)(fun(X) -> F(fun(A) -> (X(X))(A) end) end).

church(N) ->
    Build = fun B(0) -> fun(_) -> fun(X) -> X end end; B(K) -> P = B(K - 1), fun(F) -> fun(X) -> F((P(F))(X)) end end end,
    Two = Build(2),
    ((Two(Build(N)))(fun(X) -> X + 1 end))(0).

cps(L) -> (fun S([], K) -> K(0); S([H | T], K) -> S(T, fun(V) -> K(H + V) end) end)(L, fun(V) -> {sum, V} end).

tail(N, Sum) -> (fun T(0, S) -> S; T(X, S) -> T(X - 1, (S * 31 + X) rem 1000003) end)(N, Sum).

deep(N) -> (fun D(0) -> 0; D(X) -> 1 + D(X - 1) end)(N).

%% Lists without end, as funs.
from(N) -> fun() -> [N | from(N + 1)] end.

sieve(L) -> fun() -> [P | T] = L(), [P | sieve(filter(fun(X) -> X rem P =/= 0 end, T))] end.

filter(F, L) -> fun Go() -> (fun Next(G) -> [H | T] = G(), case F(H) of true -> id(Go), [H | filter(F, T)]; false -> Next(T) end end)(L) end.

take(0, _) -> [];
take(N, L) -> [H | T] = L(), [H | take(N - 1, T)].

clauses(L) ->
    F = fun C([]) -> [];
            C([X | T]) when is_atom(X) -> [atom | C(T)];
            C([X | T]) when is_integer(X); is_float(X) -> [number | C(T)];
            C([{_, _} | T]) -> [pair | C(T)];
            C([X | T]) when is_tuple(X) -> [{tuple, tuple_size(X)} | C(T)];
            C([<<_, _/bits>> | T]) -> [binary | C(T)];
            C([#{} | T]) -> [map | C(T)];
            C([[_ | _] = X | T]) -> [{list, C(X)} | C(T)]
        end,
    F(L).

%% The name inside hides the variable outside.
shadowed(F) -> G = fun H(0) -> F; H(X) -> F2 = fun F1(0) -> X; F1(Y) -> F1(Y - 1) end, F2(X) + H(X - 1) end, G(F).

caught(N) -> try (fun C(0) -> throw(bottom); C(X) -> try C(X - 1) catch throw:T -> throw({X, T}) end end)(N) catch throw:V -> V end.

itself() -> F = fun F() -> F end, {F() =:= F, (F())() =:= F, is_function(F(), 0)}.
