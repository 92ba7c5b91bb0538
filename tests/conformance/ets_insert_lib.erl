-module(ets_insert_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

start() ->
    Types = [set, ordered_set, bag, duplicate_bag],
    Lists = [[], [{a, 1}], [{a, 1}, {b, 2}], [{a, 1}, {a, 2}], [{a, 1}, {a, 1}], [{a}, {a, 1}, {a, 1, 2}],
        [{1, x}, {1.0, y}], [{1.0, y}, {1, x}, {2, z}], [{a, 1}, {b, 1}, {a, 1}, {b, 1}, {a, 2}]],
    [t({Y, L}, fun() ->
        T = ets:new(t, [Y]),
        true = ets:insert(T, L),
        {ets:info(T, size), lists:sort(ets:tab2list(T))}
    end) || Y <- Types, L <- Lists],
    [t({one_by_one, Y, L}, fun() ->
        T = ets:new(t, [Y]),
        [true = ets:insert(T, O) || O <- L],
        {ets:info(T, size), lists:sort(ets:tab2list(T))}
    end) || Y <- Types, L <- Lists],
    [t({bad, Y, X}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, {first}),
        R = try ets:insert(T, X) catch C:E -> {C, E} end,
        {R, ets:tab2list(T)}
    end) || Y <- Types, X <- [a, 1, {}, [a], [{a}, b], [{a} | b], [{a}, {}], <<>>, #{}]],
    [t({small, Y}, fun() ->
        T = ets:new(t, [Y, {keypos, 3}]),
        {(catch element(1, {ets:insert(T, {a, b, c})})), try ets:insert(T, {a, b}) catch E1:E2 -> {E1, E2} end,
         try ets:insert(T, [{1, 2, 3}, {1, 2}]) catch E3:E4 -> {E3, E4} end, ets:tab2list(T)}
    end) || Y <- Types],
    [t({new, Y, L}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, {k, old}),
        R = ets:insert_new(T, L),
        {R, ets:info(T, size), lists:sort(ets:tab2list(T))}
    end) || Y <- Types, L <- Lists ++ [{k, new}, {l, new}, [{k, old}], [{l, 1}, {k, 2}], [{l, 1}, {l, 2}]]],
    [t({new_bad, Y, X}, fun() ->
        T = ets:new(t, [Y]),
        R = try ets:insert_new(T, X) catch C:E -> {C, E} end,
        {R, ets:tab2list(T)}
    end) || Y <- Types, X <- [a, [{a}, b], [{a} | b], {}]],
    [t({twice, Y}, fun() ->
        T = ets:new(t, [Y]),
        [ets:insert(T, {rem_(I, 7), I}) || I <- lists:seq(1, 50)],
        {ets:info(T, size), lists:sort(ets:tab2list(T))}
    end) || Y <- Types],
    ok.

rem_(A, B) -> A rem B.
