-module(ets_range_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

keys() ->
    [{A, B, C} || A <- [1, 2, 2.0, a, "x", {z}], B <- [1, b, [c]], C <- [0, 9]] ++ [{A, B} || A <- [1, a, {p, q}, {p, r}, {o, q}], B <- [1, 2, 3]] ++
    ["abc", "abd", "ab", "b", [a | b], [1, 2, 3], [[1], 2], [[1], 3], [[2], 1], [], {}, {1}, 7, atom, 1.5, <<"abc">>, #{a => 1},
     {{1, {2, 3}}, x}, {{1, {2, 4}}, y}, {{1, {3, 3}}, z}, {#{k => 1}, a}, {#{k => 2}, a}, {<<1>>, b}, {<<1, 2>>, c}].

%% Objects of an ordered table whose keys begin as a pattern: the same as with a table that has no order.
start() ->
    Patterns = [{1, '_', '_'}, {1, '$1', '$2'}, {1, b, '$1'}, {1, '$1', 9}, {'$1', b, '$2'}, {2, '_', '_'}, {2.0, '_', '_'}, {a, [c], '_'}, {"x", '_', '_'},
        {"x", '_', 0}, {{z}, '_', '_'}, {{'$1'}, '_', '_'}, {a, '$1'}, {'$1', 2}, {{p, '$1'}, '_'}, {{p, q}, '_'}, {{'_', q}, '$1'}, {{p, '_'}, 3},
        {zz, '_'}, {0, '_', '_'}, {{a}, '_', '_'}, {<<>>, '_', '_'}, [$a | '_'], "ab" ++ '$1', "abc" ++ '_', [$a, '$1', $c], [$a, '$1' | '$2'], ['_' | '_'],
        [[1] | '_'], [['$1'], 2], [['$1'] | '_'], [1, '_', 3], ['$1', 1], {{1, {2, '$1'}}, '_'}, {{1, {'$1', 3}}, '_'}, {{1, '_'}, '_'}, {{'_', {2, '$1'}}, '$2'},
        {#{k => '$1'}, '_'}, {#{k => 1}, '_'}, {<<1>>, '$1'}, {'_', '_'}, {'_', '_', '_'}, '_', '$1', {'$1'}, {'_', '$1', '$1'}, {'$1', '$1'}],
    O = ets:new(t, [ordered_set]),
    B = ets:new(t, [duplicate_bag]),
    Keys = lists:usort(fun(X, Y) -> X =< Y end, keys()),
    [begin ets:insert(O, {K, I}), ets:insert(B, {K, I}) end || {K, I} <- lists:zip(Keys, lists:seq(1, length(Keys)))],
    [t(P, fun() ->
        Ms = [{{P, '$100'}, [], ['$100']}],
        L = ets:select(O, Ms),
        {L, L =:= lists:sort(ets:select(B, Ms)), lists:reverse(L) =:= ets:select_reverse(O, Ms), ets:select_count(O, [{{P, '_'}, [], [true]}]) =:= length(L),
         parts(ets:select(O, Ms, 2)) =:= L, parts(ets:select_reverse(O, Ms, 3)) =:= lists:reverse(L)}
    end) || P <- Patterns],
    [t({delete, P}, fun() ->
        T = ets:new(t, [ordered_set]),
        ets:insert(T, ets:tab2list(O)),
        N = ets:select_delete(T, [{{P, '_'}, [], [true]}]),
        {N, N =:= ets:select_count(O, [{{P, '_'}, [], [true]}]), ets:info(T, size) =:= ets:info(O, size) - N, ets:match(T, {P, '$100'}, 1)}
    end) || P <- Patterns],
    L = ets:new(t, [ordered_set]),
    ets:insert(L, [{{A, C}, A * C} || A <- lists:seq(1, 40), C <- lists:seq(1, 40)]),
    [t({large, A}, fun() -> {ets:select(L, [{{{A, '$1'}, '_'}, [], ['$1']}]) =:= [C || C <- lists:seq(1, 40), A >= 1, A =< 40],
        ets:select_delete(L, [{{{A, '_'}, '_'}, [], [true]}]), ets:info(L, size), ets:next(L, {A, 0})} end) || A <- [0, 1, 20, 40, 41]],
    ok.

parts('$end_of_table') -> [];
parts({L, C}) -> L ++ case C of '$end_of_table' -> []; _ -> parts(ets:select(C)) end.
