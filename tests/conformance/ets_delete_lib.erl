-module(ets_delete_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

table(Y) ->
    T = ets:new(t, [Y]),
    [ets:insert(T, O) || O <- [{a, 1}, {b, 1}, {b, 2}, {c, 1}, {b, 1}, {1, int}, {1.0, float}, {[x], #{}}]],
    T.

all(T) -> {ets:info(T, size), lists:sort(ets:tab2list(T))}.

start() ->
    Types = [set, ordered_set, bag, duplicate_bag],
    Keys = [a, b, c, d, 1, 1.0, [x], [y], 2.0],
    [t({delete, Y, K}, fun() -> T = table(Y), {ets:delete(T, K), all(T)} end) || Y <- Types, K <- Keys],
    [t({take, Y, K}, fun() -> T = table(Y), {lists:sort(ets:take(T, K)), all(T)} end) || Y <- Types, K <- Keys],
    [t({object, Y, O}, fun() -> T = table(Y), {ets:delete_object(T, O), all(T)} end)
        || Y <- Types, O <- [{a, 1}, {a, 1.0}, {a, 2}, {b, 1}, {b, 2}, {c}, {1, int}, {1.0, int}, {1, float}, {1.0, float},
            {[x], #{}}, {[x], #{a => 1}}]],
    [t({object_bad, Y, O}, fun() -> ets:delete_object(table(Y), O) end) || Y <- Types, O <- [a, {}, [], [{a, 1}]]],
    [t({all, Y}, fun() -> T = table(Y), {ets:delete_all_objects(T), all(T), ets:insert(T, {z}), all(T)} end) || Y <- Types],
    [t({some, Y}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, [{I, I * I} || I <- lists:seq(1, 400)]),
        [ets:delete(T, I) || I <- lists:seq(1, 400), I rem 7 =/= 3],
        First = all(T),
        ets:insert(T, [{I, x} || I <- lists:seq(1, 400, 40)]),
        {First, all(T)}
    end) || Y <- Types],
    [t({again, Y}, fun() ->
        T = ets:new(t, [Y]),
        [begin ets:insert(T, {K rem 5, K}), ets:delete(T, (K + 3) rem 5) end || K <- lists:seq(1, 300)],
        all(T)
    end) || Y <- Types],
    [t({gone, Y}, fun() ->
        T = table(Y),
        true = ets:delete(T),
        [try F() catch C:E -> {C, E} end || F <- [
            fun() -> ets:delete(T) end, fun() -> ets:delete(T, a) end, fun() -> ets:insert(T, {a}) end,
            fun() -> ets:lookup(T, a) end, fun() -> ets:first(T) end, fun() -> ets:info(T) end, fun() -> ets:info(T, size) end,
            fun() -> ets:tab2list(T) end, fun() -> ets:take(T, a) end, fun() -> ets:delete_all_objects(T) end]]
    end) || Y <- Types],
    ok.
