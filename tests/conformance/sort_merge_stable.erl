%% A merge sort by hand over mixed terms: stable for what is equal but not the same, by keys, by order, against a model.
-module(sort_merge_stable).
-export([start/0, id/1]).

start() ->
    Sets = [{numbers, [3, 1.0, 2, 1, 2.0, 3.0, 1, -1, -1.0, 0]}, {nested, [{1}, {1.0}, [1], [1.0], {1, a}, {1.0, a}, [1, 1.0], [1.0, 1]]},
            {types, [<<>>, [], {}, #{}, a, 1, "a", <<1>>, {a}, #{a => 1}, b, 1.5, [a | b], <<1:1>>]},
            {atoms, [b, a, 'B', '', aa, ab, 'a b', true, false, undefined, 'Z']}, {strings, ["b", "a", "", "ab", "aB", "abc", [], [0]]},
            {binaries, [<<2>>, <<1, 2>>, <<1>>, <<>>, <<1:1>>, <<0:1>>, <<1, 0:1>>, <<255>>]},
            {maps, [#{b => 1}, #{a => 2}, #{a => 1.0}, #{a => 1}, #{a => 1, b => 0}, #{1 => 1}, #{1.0 => 1}, #{}]},
            {big, [1 bsl 64, float(1 bsl 64), (1 bsl 64) + 1, -(1 bsl 64), 1 bsl 53, float(1 bsl 53), (1 bsl 53) + 1, 1.0e300, 1 bsl 1000]}],
    [begin
         Tagged = tag(1, L),
         Up = merge_sort(fun(A, B) -> A =< B end, Tagged),
         Down = merge_sort(fun(A, B) -> A >= B end, Tagged),
         erlang:display({Name, [I || {_, I} <- Up], [I || {_, I} <- Down], merge_sort(fun(A, B) -> A =< B end, Up) =:= Up, inserted(Tagged) =:= Up,
                         whole(L) =:= [E || {E, _} <- inserted_plain(L)]})
     end || {Name, L} <- Sets],
    [erlang:display({prefix, N, [I || {_, I} <- merge_sort(fun(A, B) -> A =< B end, tag(1, take(N, mixed())))]}) || N <- [0, 1, 2, 3, 5, 8, 13, 21, 30]],
    [erlang:display({random, N, M, check(random(N, 17 + M, M))}) || N <- [10, 100, 1000], M <- [2, 10, 1000]],
    [erlang:display({rotated, K, [I || {_, I} <- merge_sort(fun(A, B) -> A =< B end, rotate(K, tag(1, mixed())))]}) || K <- [1, 7, 14, 29]],
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

mixed() ->
    [c, 3, <<"c">>, {c}, [c], 3.0, #{c => 3}, "c", b, 2, <<"b">>, {b}, [b], 2.0, #{b => 2}, "b", a, 1, <<"a">>, {a}, [a], 1.0, #{a => 1}, "a", [], {}, 0, z, 1, {a}].

tag(_, []) -> [];
tag(N, [H | T]) -> [{H, N} | tag(N + 1, T)].

take(0, _) -> [];
take(N, [H | T]) -> [H | take(N - 1, T)].

rotate(0, L) -> L;
rotate(K, [H | T]) -> rotate(K - 1, T ++ [H]).

%% Only the keys are compared, so that stability shows.
merge_sort(_, []) -> [];
merge_sort(_, [X]) -> [X];
merge_sort(Less, L) ->
    {A, B} = split(length(L) div 2, L, []),
    merge(Less, merge_sort(Less, A), merge_sort(Less, B)).

split(0, L, Acc) -> {reverse(Acc, []), L};
split(N, [H | T], Acc) -> split(N - 1, T, [H | Acc]).

reverse([], Acc) -> Acc;
reverse([H | T], Acc) -> reverse(T, [H | Acc]).

merge(_, [], B) -> B;
merge(_, A, []) -> A;
merge(Less, [{X, _} = P | A] = L, [{Y, _} = Q | B] = R) ->
    case Less(X, Y) of
        true -> [P | merge(Less, A, R)];
        false -> [Q | merge(Less, L, B)]
    end.

inserted(L) -> insert_all(L, []).

inserted_plain(L) -> inserted(tag(1, L)).

insert_all([], S) -> S;
insert_all([E | T], S) -> insert_all(T, insert(E, S)).

insert({A, _} = E, [{B, _} = F | T]) when B =< A -> [F | insert(E, T)];
insert(E, S) -> [E | S].

whole(L) -> [E || {E, _} <- merge_sort(fun(A, B) -> A =< B end, tag(1, L))].

random(0, _, _) -> [];
random(N, S, M) ->
    X = (S * 69069 + 1) rem 4294967296,
    V = (X bsr 8) rem M,
    [case V rem 4 of 0 -> V; 1 -> float(V - 1); 2 -> {V}; 3 -> [V] end | random(N - 1, X, M)].

check(L) ->
    S = merge_sort(fun(A, B) -> A =< B end, tag(1, L)),
    {length(S), ordered(S), erlang:phash2([I || {_, I} <- S])}.

ordered([{A, I}, {B, J} = P | T]) -> (A < B orelse (A == B andalso I < J)) andalso ordered([P | T]);
ordered(_) -> true.
