-module(ets_update_counter_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

ops() ->
    [1, 0, -1, 1 bsl 70, -(1 bsl 70), {2, 1}, {2, -5}, {3, 10}, {4, 1}, {5, 1}, {1, 1}, {6, 1}, {0, 1}, {-1, 1}, {a, 1}, {2, a}, {2, 1.0},
     {2, 1, 100, 0}, {2, 1, 5, 0}, {2, 1, 6, 0}, {2, -1, 5, 50}, {2, -1, 4, 50}, {2, -6, 0, 77}, {2, 0, 5, 9}, {2, 0, 4, 9},
     {2, 1, a, 0}, {2, 1, 1, a}, {2, a, 1, 1}, {2, 1, 2}, {2}, {}, {2, 1 bsl 80, 1 bsl 70, 3}, {2, 5, 1 bsl 70, 3},
     [], [{2, 1}], [{2, 1}, {2, 1}], [{2, 1}, {3, -1}, {2, 10}], [{2, 1}, {4, 1}], [{2, 1}, {9, 1}], [{2, 1} | a], [1], [a],
     [{2, 1, 5, 0}, {3, 7}], [{1, 1}], a, "a", <<>>, 1.0, #{}].

start() ->
    [t({Y, Op}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, {k, 5, 1 bsl 29 - 1, x, 1 bsl 64}),
        R = try ets:update_counter(T, k, Op) catch C:E -> {C, E} end,
        {R, ets:lookup(T, k)}
    end) || Y <- [set, ordered_set], Op <- ops()],
    [t({bag, Y, Op}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, {k, 5}),
        R = try ets:update_counter(T, k, Op) catch C:E -> {C, E} end,
        {R, ets:lookup(T, k)}
    end) || Y <- [bag, duplicate_bag], Op <- [1, {2, 1}, []]],
    [t({default, Y, Op, D}, fun() ->
        T = ets:new(t, [Y]),
        R = try ets:update_counter(T, k, Op, D) catch C:E -> {C, E} end,
        {R, ets:lookup(T, k), ets:tab2list(T)}
    end) || Y <- [set, ordered_set], Op <- [1, {2, 1}, {3, -1}, [{2, 1}, {3, 1}], [], {2, 1, 10, 0}, {1, 1}, {4, 1}],
        D <- [{other, 10, 20}, {k, 10}, {k}, a, {x, y, z}]],
    [t({present, Y}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, {k, 1, 2}),
        {ets:update_counter(T, k, 1, {x, 100, 100}), ets:update_counter(T, k, {3, 1}, {y}), ets:tab2list(T)}
    end) || Y <- [set, ordered_set]],
    [t({missing, Y}, fun() -> ets:update_counter(ets:new(t, [Y]), k, 1) end) || Y <- [set, ordered_set]],
    [t({keypos, P, Op}, fun() ->
        T = ets:new(t, [{keypos, P}]),
        ets:insert(T, {1, 2, 3}),
        R = try ets:update_counter(T, P, Op) catch C:E -> {C, E} end,
        {R, ets:tab2list(T)}
    end) || P <- [1, 2, 3], Op <- [1, {1, 1}, {2, 1}, {3, 1}]],
    [t({float_key, Y}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, {1, 0}),
        R = try ets:update_counter(T, 1.0, 1) catch C:E -> {C, E} end,
        {R, ets:tab2list(T)}
    end) || Y <- [set, ordered_set]],
    T = ets:new(t, []),
    ets:insert(T, {c, 0}),
    t(many, fun() -> [ets:update_counter(T, c, I) || I <- lists:seq(1, 10000)], ets:lookup(T, c) end),
    ok.
