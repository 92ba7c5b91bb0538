%% init_table, and what else of ets is written in Erlang: repair_continuation, tab2list of parts, foldl, foldr, fun2ms aside.
-module(ets_init_table_lib).
-export([start/0]).

start() ->
    [erlang:display({Type, Name, tried(fun() -> T = ets:new(t, [Type]), ets:insert(T, [{old, 1}, {1, old}]), R = tried(fun() -> ets:init_table(T, source(Batches)) end), {R, lists:sort(ets:tab2list(T))} end)})
     || Type <- [set, ordered_set, bag, duplicate_bag],
        {Name, Batches} <- [{none, []}, {empty, [[]]}, {one, [[{1, a}]]}, {two, [[{1, a}, {2, b}], [{3, c}]]}, {same_key, [[{1, a}, {1, b}], [{1, a}]]}, {bad_object, [[{1, a}], [x]]}, {no_key, [[{}]]}, {no_list, [x]},
                            {improper, [[{1, a} | b]]}, {many, [[{K, K}] || K <- lists:seq(1, 50)]}, {fails, [fail]}, {wrong_return, [wrong]}]],
    [erlang:display({init_wrong, F, tried(fun() -> ets:init_table(ets:new(t, []), F) end)}) || F <- [a, 1, []]],
    [begin
         T = ets:new(t, [Type]),
         ets:insert(T, [{K, V} || K <- lists:seq(1, N), V <- [a, b]]),
         erlang:display({Type, N, lists:sort(ets:foldl(fun({K, V}, L) -> [{V, K} | L] end, [], T)) =:= lists:sort([{V, K} || {K, V} <- ets:tab2list(T)]), ets:foldr(fun(_, C) -> C + 1 end, 0, T),
                         case Type of ordered_set -> {ets:foldl(fun({K, _}, L) -> [K | L] end, [], T), ets:foldr(fun({K, _}, L) -> [K | L] end, [], T)}; _ -> none end,
                         tried(fun() -> ets:foldl(fun(_, _) -> throw(enough) end, 0, T) end), ets:info(T, safe_fixed), tried(fun() -> ets:foldl(a, 0, T) end)}),
         [erlang:display({Type, N, deleting, length(ets:foldl(fun({K, _}, L) -> ets:delete(T, K), [K | L] end, [], T)), ets:info(T, size)}) || Type =:= set orelse Type =:= ordered_set]
     end || Type <- [set, ordered_set, bag, duplicate_bag], N <- [0, 1, 5, 20]],
    Ms = [{{'$1', '_'}, [], ['$1']}],
    O = ets:new(t, [ordered_set]),
    ets:insert(O, [{K, x} || K <- lists:seq(1, 9)]),
    {L, C} = ets:select(O, Ms, 4),
    C2 = ets:repair_continuation(C, Ms),
    erlang:display({repair, L, element(1, ets:select(C2)), ets:repair_continuation('$end_of_table', Ms), [tried(fun() -> ets:repair_continuation(X, Ms) end) || X <- [a, {}, {1, 2, 3}]]}),
    erlang:display({test_ms, [tried(fun() -> ets:test_ms(X, M) end) || X <- [{1, a}, {}, a, [1]], M <- [Ms, [], [{'_', [], [true]}]]]}),
    ok.

source(Batches) ->
    fun(close) -> ok;
       (read) ->
           case Batches of
               [] -> end_of_input;
               [fail | _] -> error(source_fails);
               [wrong | _] -> nonsense;
               [B | Rest] -> {B, source(Rest)}
           end
    end.

tried(F) -> try F() catch C:{R, _} -> {C, R}; C:R -> {C, R} end.
