-module(ets_order_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

forward(T) -> forward(T, ets:first(T)).
forward(_, '$end_of_table') -> [];
forward(T, K) -> [K | forward(T, ets:next(T, K))].

backward(T) -> backward(T, ets:last(T)).
backward(_, '$end_of_table') -> [];
backward(T, K) -> [K | backward(T, ets:prev(T, K))].

start() ->
    Mixed = [3, 1.5, a, "x", {1}, {0, 0}, <<"b">>, #{a => 1}, [], -7, 1 bsl 64, b, {a}, [1 | 2], <<>>, #{}, 2.0, {1, 2}],
    T = ets:new(t, [ordered_set]),
    [ets:insert(T, {K, K}) || K <- Mixed],
    t(forward, fun() -> forward(T) end),
    t(backward, fun() -> backward(T) =:= lists:reverse(forward(T)) end),
    t(sorted, fun() -> forward(T) =:= lists:sort(Mixed) end),
    [t({around, K}, fun() -> {ets:next(T, K), ets:prev(T, K)} end)
        || K <- [0, -8, 3.0, 2, 1.4, c, {}, {2}, [a], <<0>>, <<255>>, #{b => 1}, 1 bsl 65, aa, -100, 1.0e300]],
    E = ets:new(t, [ordered_set]),
    t(empty, fun() -> {ets:first(E), ets:last(E), ets:next(E, 1), ets:prev(E, 1)} end),
    L = ets:new(t, [ordered_set]),
    Keys = [(I * 7919) rem 10007 || I <- lists:seq(1, 3000)],
    [ets:insert(L, {K}) || K <- Keys],
    Sorted = lists:usort(Keys),
    t(large, fun() -> {ets:info(L, size), forward(L) =:= Sorted, backward(L) =:= lists:reverse(Sorted),
        ets:tab2list(L) =:= [{K} || K <- Sorted]} end),
    [ets:delete(L, K) || K <- Keys, K rem 3 =/= 0],
    Left = [K || K <- Sorted, K rem 3 =:= 0],
    t(deleted, fun() -> {ets:info(L, size), forward(L) =:= Left, backward(L) =:= lists:reverse(Left)} end),
    t(neighbours, fun() ->
        [{ets:prev(L, K), ets:next(L, K)} || K <- [-1, 0, 1, 2, 3, 5000, 5001, 10006, 20000]]
    end),
    [ets:insert(L, {K}) || K <- lists:seq(20000, 19000, -1)],
    t(falling, fun() -> forward(L) =:= Left ++ lists:seq(19000, 20000) end),
    [ets:delete(L, ets:first(L)) || _ <- lists:seq(1, 500)],
    [ets:delete(L, ets:last(L)) || _ <- lists:seq(1, 500)],
    t(ends, fun() -> {ets:first(L), ets:last(L), ets:info(L, size)} end),
    t(mixed_numbers, fun() ->
        M = ets:new(t, [ordered_set]),
        [ets:insert(M, {K, I}) || {K, I} <- [{1, a}, {1.0, b}, {2, c}, {2.5, d}, {2.0, e}, {3, f}]],
        {ets:tab2list(M), ets:lookup(M, 1), ets:lookup(M, 2.0), ets:next(M, 1.0), ets:prev(M, 3.0)}
    end),
    ok.
