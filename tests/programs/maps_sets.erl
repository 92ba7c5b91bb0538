%% maps with small and large sizes, sets of both versions, ordsets.
%% modules: maps sets ordsets lists
-module(maps_sets).
-export([start/0]).

start() ->
    small(),
    large(),
    iterate(),
    sets_of([]),
    sets_of([{version, 2}]),
    ordered(),
    ok.

show(Name, Value) -> io:format("~s: ~p~n", [Name, Value]).

small() ->
    M = #{a => 1, "b" => [2], {c} => #{d => 3}, 4.5 => x},
    show("keys", lists:sort(maps:keys(M))),
    show("values", lists:sort(maps:values(M))),
    show("put", maps:put(a, 2, M)),
    show("take", maps:take({c}, M)),
    show("merge", maps:merge(M, #{a => 9, z => 0})),
    show("merge_with", maps:merge_with(fun(_, V1, V2) -> V1 + V2 end, #{a => 1, b => 2}, #{b => 3, c => 4})),
    show("update_with", maps:update_with(n, fun(V) -> V + 1 end, 10, #{})),
    show("filtermap", maps:filtermap(fun(K, V) when V > 1 -> {true, {K, V}}; (_, _) -> false end, #{a => 1, b => 2})),
    show("from_keys", maps:from_keys([x, y], 0)),
    show("intersect", maps:intersect(#{a => 1, b => 2}, #{b => 3})),
    show("groups", maps:groups_from_list(fun(X) -> X rem 3 end, lists:seq(1, 10))),
    show("with", maps:with([a, q], M)),
    show("without", maps:without([a, "b"], M)),
    #{a := A} = M,
    show("match", {A, maps:find(q, M), maps:get(q, M, none), is_map_key(a, M), map_size(M)}),
    show("bad key", try M#{none := 1} catch error:E -> E end),
    show("bad map", try maps:get(a, lists:last([not_a_map])) catch error:E2 -> E2 end).

large() ->
    M = maps:from_list([{{key, I}, I * I} || I <- lists:seq(1, 500)]),
    show("size", maps:size(M)),
    show("sum", maps:fold(fun(_, V, Sum) -> V + Sum end, 0, M)),
    Half = maps:filter(fun({key, I}, _) -> I rem 2 =:= 0 end, M),
    show("half", maps:size(Half)),
    Mapped = maps:map(fun(_, V) -> -V end, Half),
    show("mapped", lists:sum(maps:values(Mapped))),
    Emptied = lists:foldl(fun(I, Acc) -> maps:remove({key, I}, Acc) end, M, lists:seq(1, 495)),
    show("emptied", lists:sort(maps:to_list(Emptied))),
    show("same", Emptied =:= maps:from_list([{{key, I}, I * I} || I <- lists:seq(496, 500)])),
    show("order", #{1 => a} < #{2 => a}).

iterate() ->
    Count = fun Loop(I, N) ->
                case maps:next(I) of
                    none -> N;
                    {_, V, Next} -> Loop(Next, N + V)
                end
            end,
    show("iterator", Count(maps:iterator(maps:from_list([{I, I} || I <- lists:seq(1, 100)])), 0)).

sets_of(Options) ->
    A = sets:from_list(lists:seq(1, 20), Options),
    B = sets:from_list(lists:seq(15, 30), Options),
    Sorted = fun(S) -> lists:sort(sets:to_list(S)) end,
    show("union", Sorted(sets:union(A, B))),
    show("intersection", Sorted(sets:intersection(A, B))),
    show("subtract", Sorted(sets:subtract(A, B))),
    show("filter", Sorted(sets:filter(fun(X) -> X rem 5 =:= 0 end, A))),
    show("fold", sets:fold(fun erlang:'+'/2, 0, A)),
    show("questions", {sets:is_element(3, A), sets:is_subset(A, B), sets:is_disjoint(A, B), sets:size(B),
                       sets:is_set(A), sets:is_empty(sets:new(Options))}),
    show("add del", Sorted(sets:del_element(1, sets:add_element(x, sets:from_list([1, 2], Options))))).

ordered() ->
    A = ordsets:from_list([c, a, b, a]),
    B = ordsets:add_element(d, [b]),
    show("ordsets", {A, B, ordsets:union(A, B), ordsets:intersection([A, B]), ordsets:subtract(A, B),
                     ordsets:is_subset([b], A), ordsets:fold(fun(X, Acc) -> [X | Acc] end, [], A)}).
