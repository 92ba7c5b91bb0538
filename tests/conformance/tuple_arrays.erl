%% Tuples as arrays: chains of setelement, sieves, heaps, matrices; what was there before stays as it was.
-module(tuple_arrays).
-export([start/0, id/1]).

start() ->
    [erlang:display({versions, N, versions(N)}) || N <- [1, 2, 3, 10]],
    [erlang:display({sieve, N, sieve(N)}) || N <- [2, 10, 30, 100]],
    [erlang:display({heap, N, heap_sort(random(N, N + 7))}) || N <- [0, 1, 2, 5, 16, 40]],
    [erlang:display({power, K, power({{1, 1}, {1, 0}}, K)}) || K <- [0, 1, 2, 10, 90, 200]],
    [erlang:display({transposed, R, C, transpose(matrix(R, C))}) || R <- [1, 2, 3], C <- [1, 3, 4]],
    [erlang:display({T, I, attempt(fun() -> element(id(I), id(T)) end), attempt(fun() -> setelement(id(I), id(T), new) end),
                     attempt(fun() -> erlang:delete_element(id(I), id(T)) end), attempt(fun() -> erlang:insert_element(id(I), id(T), new) end)})
     || T <- [{}, {a}, {a, b, c}, [], a], I <- [-1, 0, 1, 2, 3, 4, 5, 1.0, x, 1 bsl 64]],
    [erlang:display({made, N, V, attempt(fun() -> made(N, V) end)}) || N <- [0, 1, 5, 300, -1, a, 1.0], V <- [[], {x}]],
    [erlang:display({initial, N, L, attempt(fun() -> erlang:make_tuple(id(N), d, id(L)) end)})
     || N <- [0, 2, 4], L <- [[], [{1, a}], [{2, a}, {2, b}], [{5, a}], [{0, a}], [x], [{1, a} | b], x, [{4, z}, {1, y}]]],
    [erlang:display({appended, N, grown(N)}) || N <- [0, 1, 10, 200]],
    erlang:display({lists, [attempt(fun() -> list_to_tuple(id(L)) end) || L <- [[], [1], [1 | 2], a, "abc", [{}]]], [attempt(fun() -> tuple_to_list(id(T)) end) || T <- [{}, {1}, [], 1, {{}, []}]]}),
    erlang:display({life, life({{0, 1, 0}, {0, 1, 0}, {0, 1, 0}}, 3, [])}),
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

attempt(F) -> try F() catch C:R -> {C, R} end.

seq(A, B) when A > B -> [];
seq(A, B) -> [A | seq(A + 1, B)].

%% Each step from the step before; all are kept and looked at in the end.
versions(N) ->
    First = erlang:make_tuple(N, 0),
    All = steps(seq(1, N), [First]),
    Twice = setelement(1, setelement(N, setelement(1, First, x), y), z),
    {All, Twice, First =:= erlang:make_tuple(N, 0)}.

steps([], Acc) -> Acc;
steps([I | T], [Last | _] = Acc) -> steps(T, [setelement(I, Last, {I, element(1, Last)}) | Acc]).

sieve(N) -> T = cross(2, N, erlang:make_tuple(N, true)), [I || I <- seq(2, N), element(I, T)].

cross(I, N, T) when I * I > N -> T;
cross(I, N, T) -> case element(I, T) of true -> cross(I + 1, N, strike(I * I, I, N, T)); false -> cross(I + 1, N, T) end.

strike(J, _, N, T) when J > N -> T;
strike(J, I, N, T) -> strike(J + I, I, N, setelement(J, T, false)).

random(0, _) -> [];
random(N, S) -> X = (S * 1103515245 + 12345) rem 2147483648, [X rem 100 - 100 | random(N - 1, X)].

heap_sort(L) ->
    T = list_to_tuple(L), N = tuple_size(T),
    tuple_to_list(pop(N, build(N div 2, N, T))).

build(0, _, T) -> T;
build(I, N, T) -> build(I - 1, N, sift(I, N, T)).

pop(N, T) when N < 2 -> T;
pop(N, T) -> pop(N - 1, sift(1, N - 1, swap(1, N, T))).

swap(I, J, T) -> setelement(I, setelement(J, T, element(I, T)), element(J, T)).

sift(I, N, T) when 2 * I > N -> T;
sift(I, N, T) ->
    L = 2 * I,
    C = if L < N, element(L + 1, T) > element(L, T) -> L + 1; true -> L end,
    if element(C, T) > element(I, T) -> sift(C, N, swap(I, C, T)); true -> T end.

power(_, 0) -> {{1, 0}, {0, 1}};
power(M, K) when K rem 2 =:= 1 -> times(M, power(M, K - 1));
power(M, K) -> H = power(M, K div 2), times(H, H).

times({{A, B}, {C, D}}, {{E, F}, {G, H}}) -> {{A * E + B * G, A * F + B * H}, {C * E + D * G, C * F + D * H}}.

matrix(R, C) -> list_to_tuple([list_to_tuple([{I, J} || J <- seq(1, C)]) || I <- seq(1, R)]).

transpose(M) -> list_to_tuple([list_to_tuple([element(I, element(J, M)) || J <- seq(1, tuple_size(M))]) || I <- seq(1, tuple_size(element(1, M)))]).

made(N, V) ->
    case erlang:make_tuple(id(N), V) of
        T when tuple_size(T) > 10 -> {tuple_size(T), element(1, T) =:= V, element(N, setelement(N, T, last)), element(N, T)};
        T -> T
    end.

grown(N) -> T = append(N, {}), {tuple_size(T), erlang:phash2(T), tuple_size(drop(N div 2, T)), erlang:phash2(drop(N div 2, T))}.

append(0, T) -> T;
append(N, T) -> append(N - 1, erlang:append_element(T, N)).

drop(0, T) -> T;
drop(N, T) -> drop(N - 1, erlang:delete_element(N, T)).

life(_, 0, Acc) -> Acc;
life(B, N, Acc) ->
    Next = list_to_tuple([list_to_tuple([cell(at(R, C, B), around(R, C, B)) || C <- [1, 2, 3]]) || R <- [1, 2, 3]]),
    life(Next, N - 1, [Next | Acc]).

cell(1, 2) -> 1;
cell(_, 3) -> 1;
cell(_, _) -> 0.

at(R, C, B) when R > 0, R < 4, C > 0, C < 4 -> element(C, element(R, B));
at(_, _, _) -> 0.

around(R, C, B) -> sum([at(R + I, C + J, B) || I <- [-1, 0, 1], J <- [-1, 0, 1], {I, J} =/= {0, 0}]).

sum([]) -> 0;
sum([H | T]) -> H + sum(T).
