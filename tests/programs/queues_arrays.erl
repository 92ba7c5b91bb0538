%% queue's three interfaces, array in its kinds, proplists, sofs.
%% modules: queue array proplists sofs lists
-module(queues_arrays).
-export([start/0]).

start() ->
    queues(),
    arrays(),
    properties(),
    relations(),
    ok.

queues() ->
    Q = lists:foldl(fun queue:in/2, queue:new(), lists:seq(1, 9)),
    {{value, First}, Q1} = queue:out(Q),
    {{value, Last}, Q2} = queue:out_r(queue:in_r(zero, Q1)),
    io:format("~w ~w ~w ~w~n", [First, Last, queue:len(Q2), queue:to_list(Q2)]),
    {Front, Back} = queue:split(3, Q2),
    io:format("~w ~w ~w~n", [queue:to_list(Front), queue:to_list(Back), queue:to_list(queue:join(Back, Front))]),
    io:format("~w~n", [queue:to_list(queue:filter(fun(X) when is_atom(X) -> false; (X) -> [X, X] end, Q2))]),
    io:format("~w ~w ~w~n", [queue:get(Q), queue:peek_r(Q), queue:is_empty(queue:drop(queue:from_list([1])))]),
    io:format("~w ~w~n", [queue:head(queue:cons(x, Q)), queue:to_list(queue:reverse(queue:tail(Q)))]),
    io:format("~w ~w~n", [queue:fold(fun(X, S) -> X + S end, 0, Q), queue:any(fun(X) -> X > 8 end, Q)]),
    io:format("~w~n", [queue:out(queue:new())]),
    io:format("~w~n", [try queue:get(queue:new()) catch error:R -> R end]).

arrays() ->
    A = lists:foldl(fun(I, A) -> array:set(I, I * I, A) end, array:new({default, none}), lists:seq(0, 100, 7)),
    io:format("~w ~w ~w~n", [array:size(A), array:sparse_size(A), array:get(49, A)]),
    io:format("~w~n", [array:sparse_to_orddict(array:map(fun(I, V) when is_integer(V) -> V + I; (_, V) -> V end, A))]),
    io:format("~w~n", [array:sparse_foldl(fun(_, V, S) -> V + S end, 0, A)]),
    io:format("~w~n", [array:sparse_foldr(fun(I, _, S) -> [I | S] end, [], A)]),
    F = array:fix(array:from_list([a, b, c])),
    io:format("~w ~w ~w~n", [array:to_list(F), array:is_fix(F), try array:set(3, d, F) catch error:R -> R end]),
    io:format("~w~n", [array:to_orddict(array:resize(5, array:relax(array:reset(1, F))))]).

properties() ->
    P = [verbose, {level, 3}, {no_color, true}, {level, 4}, {path, "a"}, {path, "b"}],
    io:format("~p~n", [[proplists:get_value(level, P), proplists:get_value(x, P, default), proplists:get_bool(verbose, P),
                        proplists:get_all_values(path, P), proplists:lookup_all(level, P), proplists:get_keys(P),
                        proplists:delete(path, P), proplists:compact(P), proplists:unfold(P),
                        proplists:is_defined(none, P), proplists:split(P, [level, verbose]),
                        proplists:normalize(P, [{negations, [{no_color, color}]}, {aliases, [{path, dir}]},
                                                {expand, [{verbose, [{level, 9}]}]}]),
                        proplists:to_map(P)]]).

relations() ->
    R = sofs:relation([{1, a}, {1, b}, {2, b}, {3, c}]),
    S = sofs:relation([{a, x}, {b, y}, {c, x}]),
    Show = fun(X) -> io:format("~p~n", [sofs:to_external(X)]) end,
    [Show(X) || X <- [sofs:domain(R), sofs:range(R), sofs:converse(R), sofs:relative_product(R, S), sofs:image(R, sofs:set([1, 2])), sofs:restriction(R, sofs:set([1])),
                      sofs:relation_to_family(R), sofs:field(R)]],
    Show(sofs:composite(sofs:a_function([{1, a}, {2, b}]), sofs:a_function([{a, x}, {b, y}]))),
    Show(sofs:family_union(sofs:family([{a, [[1, 2], [2]]}, {b, [[3]]}], [{atom, [[atom]]}]))),
    Show(sofs:partition(fun(X) -> X end, sofs:set([1, 2, 3]))),
    Show(sofs:union_of_family(sofs:relation_to_family(R))),
    Show(sofs:product(sofs:set([p, q]), sofs:set([1, 2]))),
    io:format("~p~n", [sofs:is_a_function(R)]).
