%% Sets of all kinds, dictionaries, trees, queues, arrays, property lists: every function.
-module(containers_calls).
-export([start/0]).
-include("calls.hrl").

start() ->
    F1 = fun(X) -> X =/= 2 end,
    F2 = fun(X, Acc) -> [X | Acc] end,
    F2b = fun(_, V) -> is_integer(V) end,
    F3 = fun(K, V, Acc) -> [{K, V} | Acc] end,
    Common = [[], [1, 2, 3], [b, a], a, 1, 2, 1.0, {a, 1}, [{a, 1}, {b, 2}], F1, F2, F2b, F3],
    all_calls(proplists, Common ++ [[a, {b, 2}, {b, 3}, {c, 1, 2}], [{a, b}], [{no_a, a}], [{a, [x, y]}], [{{a, true}, [z]}]], 400, [get_keys]),
    all_calls(queue, Common ++ [queue:new(), queue:from_list([1, 2, 3]), queue:in(4, queue:from_list([1]))], 300, []),
    all_calls(sets, Common ++ [sets:new(), sets:from_list([1, 2, a]), sets:from_list([2, b], [{version, 2}]), sets:new([{version, 2}]), [{version, 2}]], 400, []),
    all_calls(ordsets, Common ++ [ordsets:from_list([c, a, 1])], 300, []),
    all_calls(orddict, Common ++ [orddict:from_list([{c, 3}, {a, 1}])], 300, []),
    all_calls(dict, Common ++ [dict:new(), dict:from_list([{a, 1}, {b, [x]}])], 300, []),
    Trees = [gb_trees:empty(), gb_trees:from_orddict([{1, a}, {2, b}, {3, c}]), gb_trees:iterator(gb_trees:from_orddict([{1, a}]))],
    all_calls(gb_trees, Common ++ Trees, 300, []),
    Sets = [gb_sets:empty(), gb_sets:from_list([1, 2, 3]), gb_sets:from_list([2, a]), gb_sets:iterator(gb_sets:from_list([1, 2]))],
    all_calls(gb_sets, Common ++ Sets, 300, []),
    Arrays = [array:new(), array:from_list([a, b, c]), array:new([{size, 3}, {default, x}, {fixed, true}]), 3, [{size, 2}], {default, 0}],
    all_calls(array, Common ++ Arrays, 300, []),
    large().

large() ->
    Numbers = [N * 7919 rem 10007 || N <- lists:seq(1, 2000)],
    Tree = lists:foldl(fun(N, T) -> gb_trees:enter(N, N, T) end, gb_trees:empty(), Numbers),
    Less = lists:foldl(fun gb_trees:delete_any/2, Tree, lists:sublist(Numbers, 1000)),
    show({gb_trees:size(Less), erlang:phash2(gb_trees:to_list(Less)), erlang:phash2(gb_trees:balance(Less))}),
    Dict = lists:foldl(fun(N, D) -> dict:store(N, N, D) end, dict:new(), Numbers),
    show({dict:size(Dict), erlang:phash2(dict:to_list(Dict))}),
    show(erlang:phash2(dict:to_list(lists:foldl(fun dict:erase/2, Dict, lists:sublist(Numbers, 1500))))),
    Set = sets:from_list(Numbers),
    show({sets:size(Set), erlang:phash2(lists:sort(sets:to_list(Set)))}),
    Array = lists:foldl(fun(N, A) -> array:set(N, N, A) end, array:new(), Numbers),
    show({array:size(Array), array:sparse_size(Array), erlang:phash2(array:sparse_to_orddict(Array)), erlang:phash2(Array)}),
    Queue = lists:foldl(fun(N, Q) -> case N rem 3 of 0 -> queue:drop(queue:in(N, queue:in(N, Q))); _ -> queue:in_r(N, Q) end end, queue:new(), Numbers),
    show(erlang:phash2(queue:to_list(Queue))).
