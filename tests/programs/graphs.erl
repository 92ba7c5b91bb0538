%% digraph and digraph_utils; ets in its table kinds, with match specifications.
%% modules: digraph digraph_utils ets lists
-module(graphs).
-export([start/0]).

start() ->
    G = digraph:new(),
    [digraph:add_vertex(G, V, [V, V]) || V <- [a, b, c, d, e, f, g]],
    [digraph:add_edge(G, {F, T}, F, T, []) || {F, T} <- [{a, b}, {b, c}, {c, a}, {c, d}, {d, e}, {f, g}]],
    Show = fun(Name, L) -> io:format("~s: ~w~n", [Name, lists:sort(L)]) end,
    Show("vertices", digraph:vertices(G)),
    Show("edges", digraph:edges(G)),
    Show("out", digraph:out_neighbours(G, c)),
    Show("in", digraph:in_neighbours(G, a)),
    io:format("~w ~w~n", [digraph:get_path(G, a, e), digraph:get_cycle(G, b)]),
    io:format("~w ~w~n", [digraph:get_short_path(G, b, a), digraph:vertex(G, d)]),
    Show("components", [lists:sort(C) || C <- digraph_utils:components(G)]),
    Show("strong", [lists:sort(C) || C <- digraph_utils:strong_components(G)]),
    Show("reachable", digraph_utils:reachable([d], G)),
    Show("reaching", digraph_utils:reaching([d], G)),
    io:format("~w ~w~n", [digraph_utils:is_acyclic(G), digraph_utils:topsort(G)]),
    digraph:del_edge(G, {c, a}),
    io:format("~w ~w~n", [digraph_utils:is_acyclic(G), before(digraph_utils:topsort(G))]),
    Sub = digraph_utils:subgraph(G, [a, b, c]),
    Show("sub", [digraph:edge(Sub, E) || E <- digraph:edges(Sub)]),
    Condensed = digraph_utils:condensation(G),
    io:format("~w~n", [length(digraph:vertices(Condensed))]),
    io:format("~p~n", [lists:sort([I || {K, _} = I <- digraph:info(G), K =/= memory])]),
    Acyclic = digraph:new([acyclic]),
    digraph:add_vertex(Acyclic, x),
    io:format("~p~n", [digraph:add_edge(Acyclic, x, x)]),
    digraph:delete(G),
    tables(),
    ok.

%% The order of independent vertices is the library's affair; that of dependent ones is not.
before(Order) ->
    Index = fun(V) -> length(lists:takewhile(fun(X) -> X =/= V end, Order)) end,
    [Index(A) < Index(B) || {A, B} <- [{a, b}, {b, c}, {c, d}, {d, e}, {f, g}]].

tables() ->
    [begin
         T = ets:new(t, [Kind]),
         ets:insert(T, [{K, V} || {K, V} <- [{1, a}, {2, b}, {3, c}, {2, b}, {2, z}]]),
         io:format("~s ~w ~w ~w~n", [Kind, ets:info(T, size), lists:sort(ets:lookup(T, 2)), lists:sort(ets:tab2list(T))]),
         io:format("~w~n", [lists:sort(ets:select(T, [{{'$1', '$2'}, [{'>', '$1', 1}], [{{'$2', '$1'}}]}]))]),
         io:format("~w~n", [ets:select_delete(T, [{{2, '_'}, [], [true]}])]),
         io:format("~w~n", [ets:foldl(fun({K, _}, S) -> K + S end, 0, T)]),
         ets:delete(T)
     end || Kind <- [set, ordered_set, bag, duplicate_bag]],
    T = ets:new(o, [ordered_set]),
    ets:insert(T, [{I, 0} || I <- [5, 1, 9, 3]]),
    io:format("~w ~w ~w ~w~n", [ets:first(T), ets:next(T, 3), ets:prev(T, 3), ets:last(T)]),
    io:format("~w ~w~n", [ets:update_counter(T, 5, {2, 7}), ets:update_counter(T, 6, 1, {6, 10})]),
    io:format("~w ~w~n", [ets:insert_new(T, {1, x}), ets:take(T, 9)]).
