%% The order of terms is total: all pairs and triples of terms of all types, pids, references and funs among them.
-module(order_laws).
-export([start/0, id/1]).

start() ->
    R1 = make_ref(), R2 = make_ref(),
    P2 = spawn(fun() -> ok end), P3 = spawn(fun() -> ok end),
    Terms = [{int, 1}, {float, 1.0}, {neg, -5}, {big, 1 bsl 64}, {big_float, float(1 bsl 64)}, {big_neg, -(1 bsl 70)}, {near, (1 bsl 64) + 1},
             {half, 1.5}, {atom, a}, {atom_b, b}, {none, ''}, {ref1, R1}, {ref2, R2}, {fun_abs, fun erlang:abs/1},
             {fun_plus, fun erlang:'+'/2}, {fun_plus1, fun erlang:'+'/1}, {fun_own, fun ?MODULE:id/1}, {local, fun() -> R1 end},
             {pid1, self()}, {pid2, P2}, {pid3, P3}, {tuple0, {}}, {tuple1, {b}}, {tuple2, {a, 1}}, {tuple2f, {a, 1.0}}, {tuple_pid, {P2, 1}},
             {map0, #{}}, {map1, #{a => 1}}, {map1f, #{a => 1.0}}, {map_key, #{1 => x}}, {map_keyf, #{1.0 => x}}, {map2, #{a => 1, b => 2}},
             {nil, []}, {list, [1]}, {listf, [1.0]}, {improper, [1 | 2]}, {list_atom, [1 | a]}, {string, "ab"}, {list_ref, [R1]},
             {bin0, <<>>}, {bin, <<"ab">>}, {bits, <<"a", 1:2>>}, {bin1, <<255>>}],
    [erlang:display({Name, row(id(T), Terms)}) || {Name, T} <- Terms],
    erlang:display({pairs, [{X, Y} || {X, A} <- Terms, {Y, B} <- Terms, not pair(A, B)]}),
    erlang:display({triples, [{X, Y, Z} || {X, A} <- Terms, {Y, B} <- Terms, A =< B, {Z, C} <- Terms, B =< C, not (A =< C)]}),
    erlang:display({equals, [{X, Y} || {X, A} <- Terms, {Y, B} <- Terms, A == B, A =/= B]}),
    erlang:display({sorted, [N || {N, _} <- sort(Terms)]}),
    erlang:display({backwards, [N || {N, _} <- sort(reverse(Terms, []))]}),
    erlang:display({wrapped, [W || W <- [1, 2, 3, 4, 5], {_, A} <- Terms, {_, B} <- Terms, compare(A, B) =/= compare(wrap(W, A), wrap(W, B))]}),
    erlang:display({keys, [{X, Y} || {X, A} <- Terms, {Y, B} <- Terms, (map_size(#{A => 1, B => 1}) =:= 1) =/= (A =:= B)]}),
    erlang:display({hashes, [{X, Y} || {X, A} <- Terms, {Y, B} <- Terms, A =:= B, erlang:phash2(A) =/= erlang:phash2(B)]}),
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

row(T, Terms) -> [sign(compare(T, U)) || {_, U} <- Terms].

sign(less) -> $<;
sign(more) -> $>;
sign(same) -> $=;
sign(equal) -> $~.

compare(A, B) when A =:= B -> same;
compare(A, B) when A == B -> equal;
compare(A, B) when A < B -> less;
compare(A, B) when A > B -> more.

%% The operators agree with each other, and with the other way round.
pair(A, B) ->
    (A < B) =:= (B > A) andalso (A =< B) =:= (B >= A) andalso (A == B) =:= (B == A) andalso (A =:= B) =:= (B =:= A)
        andalso (A < B) =:= not (A >= B) andalso (A == B) =:= (A =< B andalso A >= B) andalso (A /= B) =:= not (A == B)
        andalso (A =/= B) =:= not (A =:= B) andalso (A =:= max(A, B) orelse B =:= max(A, B)) andalso min(A, B) =< max(A, B).

wrap(1, T) -> {T};
wrap(2, T) -> [T];
wrap(3, T) -> [x, {T} | T];
wrap(4, T) -> {a, [b, {T, c}], T};
wrap(5, T) -> #{k => T}.

reverse([], Acc) -> Acc;
reverse([H | T], Acc) -> reverse(T, [H | Acc]).

%% By insertion, stable: equal ones stay as they stood.
sort(L) -> insert_all(L, []).

insert_all([], S) -> S;
insert_all([E | T], S) -> insert_all(T, insert(E, S)).

insert({_, A} = E, [{_, B} = F | T]) when B =< A -> [F | insert(E, T)];
insert(E, S) -> [E | S].
