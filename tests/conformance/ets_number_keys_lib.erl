%% Integers and floats that are equal as keys: one key for ordered_set, two for the other types; every function that takes a key.
-module(ets_number_keys_lib).
-export([start/0]).

keys() -> [0, 0.0, 1, 1.0, -1, -1.0, 2, 2.5, 1 bsl 53, float(1 bsl 53), 1 bsl 70, float(1 bsl 70), (1 bsl 70) + 1, {1}, {1.0}, [1], [1.0], #{1 => a}, #{1.0 => a}, #{a => 1}, #{a => 1.0}].

start() ->
    [begin
         erlang:display({Y, K, all(Y, K)}),
         [erlang:display({Y, K, Other, pair(Y, K, Other)}) || Other <- keys(), K =/= Other, K == Other]
     end || Y <- [set, ordered_set, bag, duplicate_bag], K <- keys()],
    [begin
         T = ets:new(t, [Y]),
         [ets:insert(T, {K, N}) || {K, N} <- lists:zip(keys(), lists:seq(1, length(keys())))],
         erlang:display({Y, ets:info(T, size), [ets:lookup(T, K) || K <- keys()], in_order(Y, T), [length(ets:match_object(T, {K, '_'})) || K <- keys()],
                         [ets:select_count(T, [{{K, '_'}, [], [true]}]) || K <- keys()], [ets:select_count(T, [{{'$1', '_'}, [{'==', '$1', {const, K}}], [true]}]) || K <- keys()],
                         [ets:select_count(T, [{{'$1', '_'}, [{'=:=', '$1', {const, K}}], [true]}]) || K <- keys()]})
     end || Y <- [set, ordered_set, bag, duplicate_bag]],
    ok.

in_order(ordered_set, T) -> {ets:tab2list(T), ets:first(T), ets:last(T), [{ets:next(T, K), ets:prev(T, K)} || K <- [-2, -1.5, 0, 0.5, 1.0, 2.0, 3, 1 bsl 60, 1.0e30, a, {}]]};
in_order(_, T) -> exact(ets:tab2list(T)).

table(Y, K) -> T = ets:new(t, [Y]), ets:insert(T, {K, 1, x}), T.

other(K) when is_integer(K) -> try float(K) catch error:badarg -> K end;
other(K) when is_float(K), K == trunc(K) -> trunc(K);
other(K) -> K.

all(Y, K) ->
    O = other(K),
    [tried(fun() -> T = table(Y, K), R = F(T, O), ets:delete(T), R end)
     || F <- [fun ets:lookup/2, fun ets:member/2, fun(T, X) -> {ets:delete(T, X), ets:tab2list(T)} end, fun(T, X) -> {ets:take(T, X), ets:tab2list(T)} end,
              fun(T, X) -> {ets:insert_new(T, {X, 2}), exact(ets:tab2list(T))} end, fun(T, X) -> {ets:insert(T, {X, 1, x}), exact(ets:tab2list(T))} end,
              fun(T, X) -> {ets:delete_object(T, {X, 1, x}), ets:tab2list(T)} end, fun(T, X) -> ets:lookup_element(T, X, 3) end,
              fun(T, X) -> {ets:update_counter(T, X, 5), ets:tab2list(T)} end, fun(T, X) -> {ets:update_counter(T, X, 5, {X, 100}), exact(ets:tab2list(T))} end,
              fun(T, X) -> {ets:update_element(T, X, {3, new}), ets:tab2list(T)} end, fun(T, X) -> ets:match(T, {X, '$1', '_'}) end,
              fun(T, X) -> {ets:match_delete(T, {X, '_', '_'}), ets:tab2list(T)} end, fun(T, X) -> {ets:select_delete(T, [{{X, '_', '_'}, [], [true]}]), ets:tab2list(T)} end,
              fun(T, X) -> {ets:select_replace(T, [{{X, '$1', '$2'}, [], [{{{const, X}, '$2', '$1'}}]}]), ets:tab2list(T)} end]].

pair(Y, K, Other) ->
    T = table(Y, K),
    ets:insert(T, {Other, 2}),
    R = {ets:lookup(T, K), ets:lookup(T, Other), ets:info(T, size)},
    ets:delete(T, K),
    {R, ets:tab2list(T)}.

%% Equal numbers in an order, too.
exact(L) -> lists:sort(fun(A, B) -> A < B orelse (A == B andalso erlang:phash2(A) =< erlang:phash2(B)) end, L).

tried(F) -> try F() catch C:E -> {C, E} end.
