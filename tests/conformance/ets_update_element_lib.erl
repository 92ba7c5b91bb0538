-module(ets_update_element_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

start() ->
    Ops = [{2, x}, {3, [a, {b}]}, {1, k}, {1, z}, {4, x}, {0, x}, {-1, x}, {a, x}, {2}, {2, a, b}, {}, a, 1, [], [{2, x}],
        [{2, x}, {3, y}], [{2, x}, {2, y}], [{2, x}, {1, y}], [{2, x}, {4, y}], [{2, x} | y], [x], [{2, x}, x],
        {2, <<0:800>>}, {3, #{a => 1}}],
    [t({Y, Op}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, {k, 1, "two"}),
        R = try ets:update_element(T, k, Op) catch C:E -> {C, E} end,
        {R, ets:tab2list(T)}
    end) || Y <- [set, ordered_set], Op <- Ops],
    [t({missing, Y, Op}, fun() ->
        T = ets:new(t, [Y]),
        R = try ets:update_element(T, k, Op) catch C:E -> {C, E} end,
        {R, ets:tab2list(T)}
    end) || Y <- [set, ordered_set], Op <- [{2, x}, {9, x}, [], [{2, x}, {3, y}]]],
    [t({bag, Y}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, {k, 1}),
        ets:update_element(T, k, {2, x})
    end) || Y <- [bag, duplicate_bag]],
    [t({keypos, P, Op}, fun() ->
        T = ets:new(t, [{keypos, P}]),
        ets:insert(T, {1, 2, 3}),
        R = try ets:update_element(T, P, Op) catch C:E -> {C, E} end,
        {R, ets:tab2list(T)}
    end) || P <- [1, 2, 3], Op <- [{1, x}, {2, x}, {3, x}]],
    [t({equal_key, Y, K}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, {1, 0}),
        {ets:update_element(T, K, {2, x}), ets:tab2list(T)}
    end) || Y <- [set, ordered_set], K <- [1, 1.0]],
    T = ets:new(t, []),
    ets:insert(T, {k, 0, 0}),
    t(many, fun() -> [ets:update_element(T, k, {2 + I rem 2, lists:duplicate(I rem 50, I)}) || I <- lists:seq(1, 2000)],
        ets:lookup(T, k) end),
    ok.
