%% ++ and -- over all pairs of proper, improper and wrong operands; chains of them; long ones.
-module(list_append_improper).
-export([start/0, id/1]).

start() ->
    Left = [[], [1], [1, 2], [1 | 2], [1, 2 | a], a, 1, {}, <<"ab">>, #{}, [[]], "ab", [1.0, 1]],
    Right = [[], [2], [1, 1], [1 | 2], a, 1.5, {1}, <<>>, [[]], "b", [1.0]],
    [erlang:display({L, R, attempt(fun() -> id(L) ++ id(R) end), attempt(fun() -> id(L) -- id(R) end)}) || L <- Left, R <- Right],
    [erlang:display({chain, A, B, C, attempt(fun() -> id(A) ++ id(B) ++ id(C) end), attempt(fun() -> (id(A) ++ id(B)) ++ id(C) end),
                     attempt(fun() -> id(A) -- id(B) -- id(C) end), attempt(fun() -> (id(A) -- id(B)) -- id(C) end)})
     || A <- [[1, 2, 3], [1 | x], []], B <- [[2], [3 | y], []], C <- [[3, 2], z, []]],
    [erlang:display({long, N, M, long(N, M)}) || N <- [0, 1, 15, 16, 17, 100, 2000], M <- [0, 1, 16, 17, 1000]],
    erlang:display({literal, ["a" ++ id(T) || T <- ["b", [], c]], [case id(L) of "ab" ++ T -> {tail, T}; T -> {no, T} end || L <- ["abc", "ab", "a", [97, 98 | x], []]]}),
    [erlang:display({mixed, A, B, id(A) -- id(B)})
     || {A, B} <- [{[1, 1.0, 2, 2.0], [1.0, 2]}, {[{a, 1}, {a, 1.0}], [{a, 1.0}]}, {[a, b, a, b, a], [a, a]}, {[[1], [1.0], []], [[], [1]]},
                   {[<<1>>, <<1:1>>, "x"], [<<1:1>>, "x"]}, {[#{a => 1}, #{a => 1.0}], [#{a => 1.0}]}, {[1 bsl 64, float(1 bsl 64)], [1 bsl 64]}]],
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

attempt(F) -> try F() catch C:R -> {C, R} end.

seq(A, B) when A > B -> [];
seq(A, B) -> [A | seq(A + 1, B)].

long(N, M) ->
    A = seq(1, N), B = [X * 3 || X <- seq(1, M)],
    J = A ++ B, S = A -- B, D = (A ++ A) -- B,
    {length(J), erlang:phash2(J), length(S), erlang:phash2(S), length(D), erlang:phash2(D), (J -- B) =:= S ++ (B -- (B -- (A -- S))) orelse differs}.
