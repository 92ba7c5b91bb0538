-module(ets_bag_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

%% The order of the objects of a key is that of their coming.
start() ->
    [begin
        New = fun(L) -> T = ets:new(t, [Y]), [ets:insert(T, O) || O <- L], T end,
        L = [{k, 1}, {j, 1}, {k, 2}, {k, 3}, {k, 1}, {j, 2}, {k, 1.0}, {k, "a"}, {k}, {k, 2}],
        t({Y, lookup}, fun() -> T = New(L), {ets:lookup(T, k), ets:lookup(T, j), ets:info(T, size)} end),
        t({Y, element}, fun() -> T = New([O || O <- L, tuple_size(O) > 1]), {ets:lookup_element(T, k, 2), ets:lookup_element(T, j, 2)} end),
        [t({Y, delete, O}, fun() -> T = New(L), ets:delete_object(T, O), {ets:lookup(T, k), ets:info(T, size)} end) || O <- lists:usort(L)],
        [t({Y, delete_and_add, O}, fun() -> T = New(L), ets:delete_object(T, O), ets:insert(T, O), ets:lookup(T, k) end) || O <- lists:usort(L)],
        t({Y, select}, fun() -> T = New(L), ets:select(T, [{{k, '$1'}, [], ['$1']}]) end),
        t({Y, match_object}, fun() -> T = New(L), ets:match_object(T, {j, '_'}) end),
        t({Y, match_delete}, fun() -> T = New(L), ets:match_delete(T, {k, '_'}), lists:sort(ets:tab2list(T)) end),
        t({Y, select_delete}, fun() -> T = New(L), N = ets:select_delete(T, [{{k, '$1'}, [{is_integer, '$1'}], [true]}]), {N, ets:lookup(T, k)} end),
        t({Y, take}, fun() -> T = New(L), {ets:take(T, k), ets:lookup(T, k), ets:take(T, k), ets:info(T, size)} end),
        t({Y, many}, fun() -> T = New([{k, I rem 17} || I <- lists:seq(1, 100)]), {length(ets:lookup(T, k)), lists:sum(ets:lookup_element(T, k, 2))} end),
        t({Y, fixed}, fun() ->
            T = New(L),
            ets:safe_fixtable(T, true),
            [ets:delete_object(T, O) || O <- lists:usort(L), element(1, O) =:= k],
            A = {ets:lookup(T, k), ets:member(T, k), ets:info(T, size)},
            ets:insert(T, {k, new}),
            ets:insert(T, {k, newer}),
            B = {ets:lookup(T, k), ets:info(T, size)},
            ets:safe_fixtable(T, false),
            {A, B, ets:lookup(T, k), ets:info(T, size)}
        end),
        t({Y, next}, fun() -> T = New(L), K = ets:first(T), {lists:sort([K, ets:next(T, K)]), ets:next(T, ets:next(T, K))} end)
    end || Y <- [bag, duplicate_bag]],
    ok.
