%% ets kept in files, dets, counters, persistent terms, math of match specifications, and what a node without others tells.
-module(tables_files).
-export([start/0]).
-include_lib("stdlib/include/ms_transform.hrl").

-define(P(X), io:format("~w ~tp~n", [?LINE, catch X])).

start() ->
    T = ets:new(kept, [named_table, public, {keypos, 2}, ordered_set]),
    true = ets:insert(T, [{rec, N, [N], {N, "text"}} || N <- lists:seq(1, 30)]),
    ?P(ets:tab2file(T, "kept.tab")),
    ?P(lists:sort([I || {K, _} = I <- element(2, ets:tabfile_info("kept.tab")), lists:member(K, [name, type, size, keypos, protection, named_table])])),
    ets:delete(T),
    ?P(ets:file2tab("kept.tab")),
    ?P({ets:info(kept, size), ets:info(kept, type), ets:info(kept, keypos), ets:lookup(kept, 7)}),
    ets:delete(kept),
    ?P(ets:file2tab("kept.tab", [{verify, true}])),
    ?P(ets:tab2file(kept, "sums.tab", [{extended_info, [md5sum, object_count]}, {sync, true}])),
    ets:delete(kept),
    ?P(ets:file2tab("sums.tab", [{verify, true}])),
    ?P(ets:file2tab("none.tab")),
    ok = file:write_file("broken.tab", "not a table"),
    ?P(element(1, ets:file2tab("broken.tab"))),
    ?P(ets:fun2ms(fun({_, K, L, _}) when K > 3, K =< 6 -> {K, L} end)),
    ?P(ets:select(kept, ets:fun2ms(fun({_, K, L, _}) when K > 3, K =< 6 -> {K, L} end))),
    ?P(ets:select_count(kept, ets:fun2ms(fun({_, K, _, _}) when K rem 2 =:= 0 -> true end))),
    ?P(ets:select_delete(kept, ets:fun2ms(fun({_, K, _, {K, _}}) when is_integer(K), K > 10 -> true end))),
    ?P(ets:select_replace(kept, ets:fun2ms(fun({R, K, _, T0}) when K =:= 1 -> {R, K, new, T0} end))),
    ?P(ets:foldl(fun(O, A) -> [element(3, O) | A] end, [], kept)),
    ?P(ets:test_ms({a, 1}, ets:fun2ms(fun({A, N}) when N < 2 -> [A] end))),
    ?P(ets:test_ms({a, 1}, [{{'$1'}, [nonsense], []}])),
    ?P(element(1, ets:table(kept))),
    ?P(ets:tab2list(kept) =:= [O || O <- ets:tab2list(kept)]),
    ets:delete(kept),
    dets(),
    counters(),
    zlibs(),
    alone(),
    ok.

dets() ->
    ?P(dets:open_file(disc, [{file, "disc.dets"}, {type, set}])),
    ?P([dets:insert(disc, X) || X <- [{a, 1}, [{b, 2}, {c, 3}], {a, 10}]]),
    ?P([dets:lookup(disc, K) || K <- [a, b, z]]),
    ?P([dets:member(disc, a), dets:insert_new(disc, {a, 5}), dets:insert_new(disc, {d, 4})]),
    ?P(lists:sort(dets:match_object(disc, '_'))),
    ?P(lists:sort(dets:select(disc, [{{'$1', '$2'}, [{'>', '$2', 2}], ['$1']}]))),
    ?P(dets:update_counter(disc, d, 6)),
    ?P([dets:delete(disc, b), dets:info(disc, size), dets:info(disc, type), dets:info(disc, keypos)]),
    ?P(lists:sort(dets:foldl(fun(O, A) -> [O | A] end, [], disc))),
    ?P(dets:sync(disc)),
    ?P(dets:close(disc)),
    ?P(dets:lookup(disc, a)),
    ?P(dets:is_dets_file("disc.dets")),
    ?P(dets:open_file(disc, [{file, "disc.dets"}])),
    ?P(lists:sort(dets:match(disc, {'$1', '_'}))),
    ?P(dets:insert(disc, [{N, lists:seq(1, N)} || N <- lists:seq(1, 300)])),
    ?P(dets:info(disc, size)),
    Ets = ets:new(x, [set]),
    ?P(dets:to_ets(disc, Ets) =:= Ets),
    ?P(ets:info(Ets, size)),
    ?P([dets:delete_all_objects(disc), dets:info(disc, size), dets:from_ets(disc, Ets), dets:info(disc, size)]),
    ?P(dets:close(disc)),
    ?P(dets:open_file(bag, [{file, "bag.dets"}, {type, bag}])),
    ?P([dets:insert(bag, [{a, 1}, {a, 2}, {a, 1}]), lists:sort(dets:lookup(bag, a)), dets:delete_object(bag, {a, 1}), dets:lookup(bag, a)]),
    ?P(dets:close(bag)),
    ?P(dets:open_file(new, [{file, "no/where/x.dets"}])).

counters() ->
    C = counters:new(3, [write_concurrency]),
    ?P([counters:add(C, 1, 5), counters:sub(C, 1, 2), counters:get(C, 1), counters:put(C, 2, -1), counters:get(C, 2)]),
    ?P(maps:get(size, counters:info(C))),
    ?P([element(1, element(2, catch F())) || F <- [fun() -> counters:get(C, 4) end, fun() -> counters:new(0, []) end]]),
    A = atomics:new(2, [{signed, false}]),
    ?P([atomics:add_get(A, 1, 5), atomics:exchange(A, 1, 7), atomics:compare_exchange(A, 1, 7, 8), atomics:compare_exchange(A, 1, 7, 9), atomics:sub_get(A, 1, 9)]),
    persistent_term:put({?MODULE, key}, #{deep => [1]}),
    ?P([persistent_term:get({?MODULE, key}), persistent_term:get(none, default), persistent_term:erase({?MODULE, key}), persistent_term:erase({?MODULE, key})]),
    ?P(persistent_term:get({?MODULE, key})).

zlibs() ->
    Data = iolist_to_binary([integer_to_list(N) || N <- lists:seq(1, 500)]),
    ?P([F(G(Data)) =:= Data || {G, F} <- [{fun zlib:compress/1, fun zlib:uncompress/1}, {fun zlib:gzip/1, fun zlib:gunzip/1}, {fun zlib:zip/1, fun zlib:unzip/1}]]),
    ?P(element(1, element(2, catch zlib:uncompress(<<"bad">>)))),
    ?P([erlang:crc32(Data), erlang:adler32(Data), erlang:crc32(1, "abc"), erlang:crc32_combine(1, 2, 3)]).

alone() ->
    ?P([net_kernel:monitor_nodes(Flag) || Flag <- [true, false, bad]]),
    ?P([node(), nodes(), is_alive(), erlang:get_cookie()]),
    ?P(element(1, element(2, catch no_such_library:hash(sha256, "")))).
