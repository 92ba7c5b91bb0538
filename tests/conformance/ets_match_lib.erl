-module(ets_match_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

start() ->
    Objects = [{1, a, x}, {2, b, x}, {3, a, y}, {a, 1}, {b, 1}, {{1, 2}, [1, 2], #{k => v, l => w}}, {"str", <<"bin">>, 1.0}, {1.0, f, z},
        {[], {}, #{}}, {big, 1 bsl 70, -(1 bsl 70)}, {nested, {a, {b, {c, d}}}, [[1], [[2]]]}],
    Patterns = ['_', '$1', {'$1', '_', '_'}, {'_', '_', '_'}, {'$1', a, '$2'}, {'$2', a, '$1'}, {'$10', '$9', '$8'}, {1, '$1', '_'},
        {1.0, '$1', '_'}, {'$1', 1}, {a, '$1'}, {zz, '$1'}, {{1, '$1'}, '_', '_'}, {{1, 2}, '$1', '_'}, {{'$1', '$2'}, ['$1', '$2'], '_'},
        {{'$1', '$2'}, ['$1' | '$3'], '_'}, {'_', '_', #{k => '$1'}}, {'_', '_', #{k => v, l => '$1'}}, {'_', '_', #{}}, {'_', '_', #{m => '_'}},
        {"str", '$1', '_'}, {'$1', <<"bin">>, '_'}, {'$1', '_', 1.0}, {'$1', '_', 1}, {[], '$1', '$2'}, {'$1', {}, '_'}, {big, '$1', '_'},
        {'$1', 1 bsl 70, '_'}, {nested, {a, {b, {'$1', '$2'}}}, '_'}, {nested, {'_', '$1'}, [['$2'], '$3']}, {'$1', '_', [['$2'] | '_']},
        {'$0', '$0', '_'}, {'$1', '$1'}, {'$_', '_', '_'}, {'$$', '_', '_'}, foo, [], {}, {'$01', '_', '_'}, {'$', '_', '_'}, [{'_'}], 1],
    [begin
        T = ets:new(t, [Y]),
        ets:insert(T, Objects),
        [t({Y, I, match}, fun() -> lists:sort(ets:match(T, P)) end) || {I, P} <- lists:zip(lists:seq(1, length(Patterns)), Patterns)],
        [t({Y, I, object}, fun() -> lists:sort(ets:match_object(T, P)) end) || {I, P} <- lists:zip(lists:seq(1, length(Patterns)), Patterns)],
        [t({Y, I, delete}, fun() ->
            S = ets:new(t, [Y]),
            ets:insert(S, Objects),
            {ets:match_delete(S, P), ets:info(S, size), lists:sort(ets:tab2list(S)) =:= lists:sort(Objects) -- ets:match_object(T, P)}
        end) || {I, P} <- lists:zip(lists:seq(1, length(Patterns)), Patterns)]
    end || Y <- [set, bag, duplicate_bag]],
    T = ets:new(t, [ordered_set]),
    ets:insert(T, lists:keydelete(1.0, 1, Objects)),
    [t({ordered, I}, fun() -> {ets:match(T, P), ets:match_object(T, P)} end)
        || {I, P} <- lists:zip(lists:seq(1, length(Patterns)), Patterns)],
    [t({keypos, K, P}, fun() ->
        S = ets:new(t, [{keypos, K}]),
        ets:insert(S, [{1, 2, 3}, {2, 3, 1}, {3, 1, 2}]),
        lists:sort(ets:match_object(S, P))
    end) || K <- [1, 2, 3], P <- [{1, '_', '_'}, {'_', 1, '_'}, {'_', '_', 1}, {1, 2, '_'}, {1, 1, '_'}, {'_', '_'}, {1}, '_']],
    ok.
