%% Integers as text in the bases 2 to 36 and back, and text that is no number in its base.
-module(convert_radix).
-export([start/0, id/1]).

start() ->
    [erlang:display({base, Base, [integer_to_list(id(N), Base) || N <- numbers()]}) || Base <- seq(2, 36)],
    [erlang:display({back, Base, [N || N <- numbers(), not same(N, Base)]}) || Base <- seq(2, 36)],
    [erlang:display({digits, Base, [C || C <- seq(0, 255), ok =:= element(1, parse([C], Base))]}) || Base <- [2, 3, 8, 10, 11, 16, 35, 36]],
    [erlang:display({parse, S, Base, parse(S, Base)})
     || S <- ["", "+", "-", "+1", "-1", "+-1", "1+", " 1", "1 ", "0", "-0", "00012", "zz", "ZZ", "fF", "1_0", "1.0", [$1, 256], [1 | 2]],
        Base <- [2, 10, 16, 36]],
    [erlang:display({wrong, Base, wrong(Base)}) || Base <- [0, 1, -2, 37, 256, 1 bsl 70, 10.0, a, []]],
    [erlang:display({term, T, attempt(fun() -> integer_to_list(id(T), 16) end), attempt(fun() -> integer_to_binary(id(T), 2) end)})
     || T <- [1.0, a, [], {}, <<1>>, -16]],
    [erlang:display({long, Base, byte_size(T), T =:= integer_to_binary(binary_to_integer(T, Base), Base)})
     || Base <- seq(2, 36), T <- [integer_to_binary(id(-(1 bsl 400)) + 12345, Base)]],
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

seq(A, B) when A > B -> [];
seq(A, B) -> [A | seq(A + 1, B)].

numbers() ->
    [0, 1, -1, 35, 36, -37, 255, 1000, (1 bsl 27) - 1, -(1 bsl 28), (1 bsl 32) + 1, -(1 bsl 59), (1 bsl 60), -(1 bsl 64) - 1, (1 bsl 100) - 1].

same(N, Base) ->
    L = integer_to_list(id(N), Base),
    B = integer_to_binary(id(N), Base),
    list_to_integer(L, Base) =:= N andalso binary_to_integer(B, Base) =:= N
        andalso binary_to_list(B) =:= L andalso list_to_integer(lower(L), Base) =:= N.

lower(L) -> [if C >= $A, C =< $Z -> C + 32; true -> C end || C <- L].

parse(S, Base) -> attempt(fun() -> list_to_integer(id(S), Base) end).

attempt(F) -> try {ok, F()} catch C:R -> {C, R} end.

wrong(Base) ->
    [attempt(fun() -> integer_to_list(1, id(Base)) end), attempt(fun() -> integer_to_binary(1, id(Base)) end),
     attempt(fun() -> list_to_integer("1", id(Base)) end), attempt(fun() -> binary_to_integer(<<"1">>, id(Base)) end)].
