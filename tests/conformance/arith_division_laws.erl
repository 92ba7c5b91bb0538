%% Laws of div, rem and the shifts for all signs, where small integers and the words of larger ones end.
-module(arith_division_laws).
-export([start/0, id/1]).

start() ->
    All = numbers(),
    erlang:display({numbers, length(All)}),
    [erlang:display({row, A, row(id(A), All)}) || A <- All],
    [erlang:display({signs, A, B, [{A div B, A rem B}, {-A div B, -A rem B}, {A div -B, A rem -B}, {-A div -B, -A rem -B}]})
     || {A, B} <- [{id(7), id(2)}, {id(1 bsl 59), id(3)}, {id(1 bsl 63), id(1 bsl 31)}, {id((1 bsl 64) + 5), id(1 bsl 64)},
                   {id((1 bsl 128) - 1), id((1 bsl 64) - 1)}, {id((1 bsl 96) + 1), id((1 bsl 95) - 1)}]],
    [erlang:display({least, K, id(-(1 bsl K)) div id(-1), id(-(1 bsl K)) rem id(-1), abs(id(-(1 bsl K)))})
     || K <- [27, 28, 31, 32, 59, 60, 63, 64, 127]],
    [erlang:display({zero, Op, A, try zero(Op, id(A)) catch C:R -> {C, R} end})
     || Op <- ['div', 'rem'], A <- [0, 1, -1, 1 bsl 64, 1.0, a]],
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

zero('div', A) -> A div id(0);
zero('rem', A) -> A rem id(0).

numbers() ->
    [S * ((1 bsl K) + D) || K <- [0, 2, 27, 28, 31, 32, 59, 60, 63, 64, 95, 128], D <- [-1, 0, 1], S <- [1, -1], K > 0 orelse D > -1].

%% What is told of a row: a hash of all quotients and remainders, and what breaks a law.
row(A, All) ->
    Results = [{A div B, A rem B} || B <- All, B =/= 0],
    Broken = [{B, Law} || B <- All, Law <- [1, 2, 3, 4, 5, 6, 7, 8], not holds(Law, A, B)],
    {erlang:phash2(Results), Broken}.

holds(1, A, B) -> (A div B) * B + A rem B =:= A;
holds(2, A, B) -> abs(A rem B) < abs(B);
holds(3, A, B) -> A rem B =:= 0 orelse (A rem B < 0) =:= (A < 0);
holds(4, A, B) -> (-A) div B =:= -(A div B);
holds(5, A, B) -> A rem (-B) =:= A rem B;
holds(6, A, B) -> (A bxor B) =:= (A bor B) - (A band B);
holds(7, A, B) -> (A + B) - B =:= A andalso (A - B) + B =:= A;
holds(8, A, B) -> K = abs(B) rem 70, (A bsl K) bsr K =:= A andalso A bsl K =:= A * (1 bsl K).
