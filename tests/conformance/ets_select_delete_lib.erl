-module(ets_select_delete_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

table(Y) ->
    T = ets:new(t, [Y]),
    [ets:insert(T, {I rem 50, I rem 4, I}) || I <- lists:seq(1, 200)],
    T.

start() ->
    Bodies = [[true], [false], [1], [{'==', '$2', 1}], ['$1', true], [{is_integer, '$1'}], ['$_'], [{'+', a, 1}]],
    Heads = [{'$1', '$2', '$3'}, {7, '$2', '$1'}, {999, '$2', '$1'}, {'$1', 2, '$2'}],
    Guards = [[], [{'<', '$1', 25}], [{'>', '$2', 1}, {'<', '$1', 10}], [false]],
    [t({Y, H, G, B}, fun() ->
        T = table(Y),
        Before = ets:info(T, size),
        N = ets:select_delete(T, [{H, G, B}]),
        {N, Before - ets:info(T, size) =:= N, length(ets:tab2list(T)) =:= ets:info(T, size), erlang:phash2(lists:sort(ets:tab2list(T)))}
    end) || Y <- [set, ordered_set, bag, duplicate_bag], H <- Heads, G <- Guards, B <- Bodies],
    [t({all, Y}, fun() -> T = table(Y), {ets:select_delete(T, [{'_', [], [true]}]), ets:info(T, size), ets:first(T)} end)
        || Y <- [set, ordered_set, bag, duplicate_bag]],
    [t({none, Y}, fun() -> T = table(Y), {ets:select_delete(T, []), ets:info(T, size)} end)
        || Y <- [set, ordered_set, bag, duplicate_bag]],
    [t({fixed, Y}, fun() ->
        T = table(Y),
        ets:safe_fixtable(T, true),
        K = ets:first(T),
        N = ets:select_delete(T, [{{'$1', '_', '_'}, [{'<', '$1', 40}], [true]}]),
        Size = ets:info(T, size),
        ets:insert(T, {1, new, new}),
        M = ets:select_delete(T, [{{'$1', '_', '_'}, [], [{is_integer, '$1'}]}]),
        ets:safe_fixtable(T, false),
        {is_integer(K), N, Size, M, ets:info(T, size), ets:tab2list(T)}
    end) || Y <- [set, ordered_set, bag, duplicate_bag]],
    [t({large, Y}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, [{I, I} || I <- lists:seq(1, 5000)]),
        A = [ets:select_delete(T, [{{'$1', '_'}, [{'=:=', {'rem', '$1', P}, 0}], [true]}]) || P <- [7, 5, 3, 2]],
        L = lists:sort([K || {K, _} <- ets:tab2list(T)]),
        {A, ets:info(T, size), L =:= [I || I <- lists:seq(1, 5000), I rem 7 > 0, I rem 5 > 0, I rem 3 > 0, I rem 2 > 0]}
    end) || Y <- [set, ordered_set, bag, duplicate_bag]],
    ok.
