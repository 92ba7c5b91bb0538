-module(ets_fold_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

start() ->
    [begin
        T = ets:new(t, [Y]),
        ets:insert(T, [{I rem 20, I} || I <- lists:seq(1, 50)]),
        t({Y, foldl}, fun() -> ets:foldl(fun({K, V}, {A, B}) -> {A + K, B + V} end, {0, 0}, T) end),
        t({Y, foldr}, fun() -> ets:foldr(fun({K, V}, {A, B}) -> {A + K, B + V} end, {0, 0}, T) end),
        t({Y, list}, fun() -> lists:sort(ets:foldl(fun(O, L) -> [O | L] end, [], T)) =:= lists:sort(ets:tab2list(T)) end),
        t({Y, not_fixed}, fun() -> ets:info(T, fixed) end),
        t({Y, throws}, fun() -> catch ets:foldl(fun(_, _) -> throw(out) end, [], T) end),
        t({Y, not_fixed_then}, fun() -> ets:info(T, fixed) end),
        t({Y, deletes}, fun() ->
            ets:foldl(fun({K, _}, _) -> ets:delete(T, K) end, [], T), ets:info(T, size) end)
    end || Y <- [set, ordered_set, bag, duplicate_bag]],
    O = ets:new(t, [ordered_set]),
    ets:insert(O, [{I} || I <- [3, 1, 2, 5, 4]]),
    t(order_l, fun() -> ets:foldl(fun({I}, L) -> [I | L] end, [], O) end),
    t(order_r, fun() -> ets:foldr(fun({I}, L) -> [I | L] end, [], O) end),
    t(empty, fun() -> {ets:foldl(fun(_, _) -> x end, acc, ets:new(t, [])), ets:foldr(fun(_, _) -> x end, acc, ets:new(t, [ordered_set]))} end),
    [t({test_ms, X, M}, fun() -> ets:test_ms(X, M) end) || X <- [{1, 2}, {a}], M <- [
        [{{'$1', '$2'}, [], ['$2']}], [{{'$1'}, [], ['$$']}], [{{'$1'}, [], ['$3']}], foo, [{'_', [], ['$_']}]]],
    t(repair, fun() ->
        Ms = [{{'$1'}, [], ['$1']}],
        {[1, 2], C} = ets:select(O, Ms, 2),
        C2 = ets:repair_continuation(C, Ms),
        {C2 =:= C, element(1, ets:select(C2)), ets:repair_continuation('$end_of_table', Ms)}
    end),
    t(repair_broken, fun() ->
        Ms = [{{'$1'}, [], ['$1']}],
        {[1, 2], C} = ets:select(O, Ms, 2),
        C2 = ets:repair_continuation(setelement(5, C, <<>>), Ms),
        {L, _} = ets:select(C2),
        L
    end),
    t(init_table, fun() ->
        T = ets:new(t, [ordered_set]),
        Pid = spawn(fun F() -> receive {P, N} when N < 4 -> P ! [{N}, {N, x}], F(); {P, _} -> P ! end_of_input, F() end end),
        put(n, 0),
        ets:init_table(T, fun(read) -> put(n, get(n) + 1), Pid ! {self(), get(n)},
            receive end_of_input -> end_of_input; L -> {L, fun(read) -> end_of_input; (close) -> ok end} end; (close) -> ok end),
        ets:tab2list(T)
    end),
    ok.
