%% Compressed tables give what others give: every term in every place, and every function on both.
-module(ets_compressed_lib).
-export([start/0]).

start() ->
    [begin
         A = filled(Type, []), B = filled(Type, [compressed]),
         [erlang:display({Type, Name, same(tried(fun() -> F(A) end), tried(fun() -> F(B) end))}) || {Name, F} <- functions()],
         erlang:display({Type, same(lists:sort(ets:tab2list(A)), lists:sort(ets:tab2list(B)))}),
         ets:delete(A), ets:delete(B)
     end || Type <- [set, ordered_set, bag, duplicate_bag]],
    ok.

filled(Type, O) -> T = ets:new(t, [Type | O]), ets:insert(T, objects()), T.

objects() ->
    Values = [1, 1 bsl 40, 1 bsl 90, -(1 bsl 90), 1.5, a, "text", <<"binary">>, <<0:2000>>, <<5:3>>, [], {}, #{k => [v]}, maps:from_list([{K, K} || K <- lists:seq(1, 50)]), [1 | 2], {deep, [{[{x}]}]}],
    [{K, V, [V, V]} || {K, V} <- lists:zip(lists:seq(1, length(Values)), Values)] ++ [{{key, 1}, a, b}, {"key", b, c}, {<<"key">>, c, d}, {#{key => 1}, d, e}, {1 bsl 80, e, f}].

functions() ->
    [{lookup, fun(T) -> [ets:lookup(T, K) || K <- keys()] end}, {member, fun(T) -> [ets:member(T, K) || K <- [x | keys()]] end}, {element, fun(T) -> [ets:lookup_element(T, K, 3) || K <- keys()] end},
     {match, fun(T) -> [ets:match(T, {K, '$1', '$2'}) || K <- keys()] end}, {match_value, fun(T) -> [lists:sort(ets:match(T, {'$1', V, '_'})) || {_, V, _} <- objects(), not is_map(V)] end},
     {select, fun(T) -> lists:sort(ets:select(T, [{{'$1', '$2', '_'}, [{is_integer, '$2'}], [{{'$2', '$1'}}]}, {{'_', '$1', ['$1', '$1']}, [{is_map, '$1'}], [{map_size, '$1'}]}])) end},
     {count, fun(T) -> [ets:select_count(T, [{{'_', '$1', '_'}, [{G, '$1'}], [true]}]) || G <- [is_atom, is_list, is_binary, is_map, is_tuple, is_float]] end},
     {insert_new, fun(T) -> [ets:insert_new(T, {K, new}) || K <- [1, {key, 1}, {key, 2}]] end}, {update_element, fun(T) -> [ets:update_element(T, K, [{2, {new, K}}, {3, <<0:800>>}]) || K <- [1, 2, "key"]] end},
     {update_counter, fun(T) -> [ets:update_counter(T, K, {2, 1 bsl 65}, {K, 1, x}) || K <- [fresh, 3, 4]] end}, {delete_object, fun(T) -> [ets:delete_object(T, O) || O <- [{5, 1.5, [1.5, 1.5]}, {6, a, [a, b]}]] end},
     {select_replace, fun(T) -> ets:select_replace(T, [{{'$1', '$2', '$3'}, [{is_list, '$2'}], [{{'$1', [x | '$2'], '$3'}}]}]) end}, {take, fun(T) -> [ets:take(T, K) || K <- [7, 8, {key, 1}]] end},
     {select_delete, fun(T) -> ets:select_delete(T, [{{'_', '$1', '_'}, [{'andalso', {is_binary, '$1'}, {'<', {byte_size, '$1'}, 10}}], [true]}]) end}, {size, fun(T) -> ets:info(T, size) end},
     {fold, fun(T) -> ets:foldl(fun(O, N) -> N + tuple_size(O) end, 0, T) end}, {copied, fun(T) -> U = ets:new(u, [compressed]), ets:insert(U, ets:tab2list(T)), N = ets:info(U, size), ets:delete(U), N end}].

keys() -> [K || {K, _, _} <- objects()].

same(X, X) -> short(X);
same(X, Y) -> {different, X, Y}.

short(X) when is_integer(X); is_atom(X) -> X;
short({C, R}) when is_atom(C) -> {C, R};
short(X) -> {list, length(X), erlang:phash2(X)}.

tried(F) -> try F() catch C:R -> {C, R} end.
