%% dict, orddict, gb_trees, gb_sets; the same work done with each, through a table of functions.
%% modules: dict orddict gb_trees gb_sets lists
-module(trees_dicts).
-export([start/0]).

start() ->
    [run(Name, Store) || {Name, Store} <- [{dict, dict}, {orddict, orddict}]],
    dict_only(),
    trees(),
    sets(),
    ok.

%% The module is data here: what it calls is known only at run time.
run(Name, M) ->
    D0 = lists:foldl(fun(I, D) -> M:store(I rem 50, I, D) end, M:new(), lists:seq(1, 200)),
    D1 = M:update_counter(count, 5, M:append(list, b, M:append(list, a, D0))),
    D2 = M:update(3, fun(V) -> {was, V} end, D1),
    D3 = M:erase(7, D2),
    Sorted = fun(D) -> lists:sort(M:to_list(D)) end,
    io:format("~s size ~w~n~w~n", [Name, M:size(D3), lists:sublist(Sorted(D3), 10)]),
    io:format("~w ~w ~w~n", [M:fetch(list, D3), M:find(7, D3), M:is_key(3, D3)]),
    io:format("~w~n", [M:fold(fun(_, V, S) when is_integer(V) -> V + S; (_, _, S) -> S end, 0, D3)]),
    io:format("~w~n", [M:size(M:filter(fun(K, _) -> is_integer(K) andalso K > 40 end, D3))]),
    io:format("~w~n", [lists:sublist(Sorted(M:map(fun(K, _) -> K end, D3)), 3)]),
    Merged = M:merge(fun(_, A, B) -> {A, B} end, M:from_list([{x, 1}, {y, 2}]), M:from_list([{y, 3}])),
    io:format("~w ~w~n", [Sorted(Merged), lists:sort(M:fetch_keys(Merged))]),
    io:format("~w~n", [try M:fetch(none, D3), never catch error:_ -> missing end]).

dict_only() ->
    Big = dict:from_list([{{k, I}, I} || I <- lists:seq(1, 1000)]),
    Small = lists:foldl(fun(I, D) -> dict:erase({k, I}, D) end, Big, lists:seq(1, 990)),
    io:format("~w ~w~n", [dict:size(Big), lists:sort(dict:to_list(Small))]).

trees() ->
    T = lists:foldl(fun(I, T) -> gb_trees:enter((I * 37) rem 101, I, T) end, gb_trees:empty(), lists:seq(1, 100)),
    io:format("~w ~w ~w~n", [gb_trees:size(T), gb_trees:smallest(T), gb_trees:largest(T)]),
    io:format("~w ~w~n", [gb_trees:lookup(10, T), gb_trees:lookup(1000, T)]),
    {Key, Value, T1} = gb_trees:take_smallest(T),
    T2 = gb_trees:balance(gb_trees:delete_any(50, gb_trees:update(20, twenty, T1))),
    io:format("~w ~w ~w~n", [Key, Value, lists:sublist(gb_trees:keys(T2), 45, 10)]),
    io:format("~w~n", [walk(gb_trees:next(gb_trees:iterator_from(95, T2)))]),
    io:format("~w~n", [gb_trees:to_list(gb_trees:map(fun(K, _) -> K * K end, gb_trees:from_orddict([{1, a}, {2, b}])))]),
    io:format("~w~n", [try gb_trees:insert(20, x, T2), never catch error:R -> R end]).

walk(none) -> [];
walk({K, V, I}) -> [{K, V} | walk(gb_trees:next(I))].

sets() ->
    A = gb_sets:from_list([5, 1, 4, 1, 3]),
    B = gb_sets:add(9, gb_sets:from_ordset([3, 4, 8])),
    io:format("~w~n", [[gb_sets:to_list(S) || S <- [A, B, gb_sets:union(A, B), gb_sets:intersection(A, B),
                                                    gb_sets:difference(A, B), gb_sets:delete(1, A),
                                                    gb_sets:filter(fun(X) -> X > 3 end, A)]]]),
    io:format("~w ~w ~w~n", [gb_sets:is_subset(gb_sets:singleton(3), A), gb_sets:is_disjoint(A, B),
                             gb_sets:fold(fun(X, S) -> X * S end, 1, A)]),
    {Smallest, Rest} = gb_sets:take_smallest(A),
    io:format("~w ~w ~w~n", [Smallest, gb_sets:size(Rest), gb_sets:largest(Rest)]).
