%% `digraph` and `digraph_utils` on tables, `sofs`, `ets`-backed: graphs of all kinds.
-module(digraph_calls).
-export([start/0]).
-include("calls.hrl").

start() ->
    Graphs = [
        {[], []},
        {[a], []},
        {[a, b, c], [{a, b}, {b, c}]},
        {[a, b, c, d], [{a, b}, {b, c}, {c, a}, {c, d}]},
        {[1, 2, 3, 4, 5, 6], [{1, 2}, {1, 3}, {2, 4}, {3, 4}, {5, 6}, {6, 5}, {4, 4}]},
        {lists:seq(1, 30), [{N, N * 7 rem 30 + 1} || N <- lists:seq(1, 30)]}
    ],
    [graph(Type, Graph) || Graph <- Graphs, Type <- [[], [acyclic], [private], [cyclic, protected]]],
    sofs().

graph(Type, {Vertices, Edges}) ->
    G = digraph:new(Type),
    [digraph:add_vertex(G, V, {label, V}) || V <- Vertices],
    Added = [digraph:add_edge(G, A, B, {A, B}) || {A, B} <- Edges],
    show({Type, Vertices, length([E || E <- Added, not is_tuple(E)])}),
    show([E || E <- Added, is_tuple(E)]),
    show({digraph:no_vertices(G), digraph:no_edges(G), lists:sort(digraph:vertices(G)), length(digraph:edges(G))}),
    show([{Key, Value} || {Key, Value} <- lists:sort(digraph:info(G)), Key =/= memory]),
    [
        show(
            {V, digraph:vertex(G, V), lists:sort(digraph:out_neighbours(G, V)), lists:sort(digraph:in_neighbours(G, V)),
                digraph:out_degree(G, V), digraph:in_degree(G, V), digraph:get_cycle(G, V), digraph:get_short_cycle(G, V)}
        )
     || V <- lists:sublist(Vertices, 6)
    ],
    [
        show({A, B, digraph:get_short_path(G, A, B), is_list(digraph:get_path(G, A, B))})
     || A <- lists:sublist(Vertices, 4), B <- lists:sublist(Vertices, 4)
    ],
    [
        show({F, normal(digraph_utils:F(G))})
     || F <- [
            components, strong_components, cyclic_strong_components, is_acyclic, is_tree, is_arborescence, loop_vertices,
            arborescence_root, topsort
        ]
    ],
    [
        show({F, normal(digraph_utils:F(lists:sublist(Vertices, 2), G))})
     || F <- [reachable, reachable_neighbours, reaching, reaching_neighbours]
    ],
    Sub = digraph_utils:subgraph(G, lists:sublist(Vertices, 3)),
    show({lists:sort(digraph:vertices(Sub)), length(digraph:edges(Sub))}),
    Condensed = digraph_utils:condensation(G),
    show({digraph:no_vertices(Condensed), digraph:no_edges(Condensed)}),
    digraph:del_vertices(G, lists:sublist(Vertices, 1)),
    show({digraph:no_vertices(G), digraph:no_edges(G)}),
    show([digraph:delete(X) || X <- [G, Sub, Condensed]]),
    show(result(digraph, vertices, [G])).

%% Sets of sets in any order.
normal(Lists) when is_list(Lists) -> lists:sort([case is_list(L) of true -> lists:sort(L); false -> L end || L <- Lists]);
normal(Other) -> Other.

sofs() ->
    R = sofs:relation([{a, 1}, {b, 2}, {b, 3}, {c, 1}]),
    S = sofs:set([a, b, x]),
    F = sofs:relation_to_family(R),
    [
        show({Name, result(sofs, to_external, [Value])})
     || {Name, Value} <- [
            {converse, sofs:converse(R)}, {domain, sofs:domain(R)}, {range, sofs:range(R)}, {field, sofs:field(R)}, {family, F},
            {image, sofs:image(R, S)}, {inverse_image, sofs:inverse_image(R, sofs:set([1]))}, {restriction, sofs:restriction(R, S)},
            {drestriction, sofs:drestriction(R, S)}, {composite, sofs:relative_product(R, sofs:converse(R))},
            {projection, sofs:projection(1, R)}, {partition, sofs:partition(1, R)}, {family_union, sofs:family_union(sofs:family([{a, [[1], [2, 3]]}], [{atom, [[number]]}]))},
            {union, sofs:union(S, sofs:set([y]))}, {intersection, sofs:intersection(S, sofs:set([a]))}, {product, sofs:product(S, S)},
            {difference, sofs:difference(S, sofs:set([a]))}, {symdiff, sofs:symdiff(S, sofs:set([a, q]))},
            {specification, sofs:specification({external, fun is_atom/1}, sofs:set([a, 1, b]))}, {weak, sofs:weak_relation(R)},
            {canonical, sofs:canonical_relation(sofs:set([[1, 2], [3]], [[number]]))}
        ]
    ],
    show({sofs:is_subset(sofs:set([a]), S), sofs:is_equal(S, S), sofs:no_elements(R), sofs:type(R), sofs:is_a_function(R)}),
    G = sofs:family_to_digraph(F),
    show(sofs:to_external(sofs:digraph_to_family(G))),
    show(digraph:delete(G)),
    ok.
