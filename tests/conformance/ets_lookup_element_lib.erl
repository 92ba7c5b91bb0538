-module(ets_lookup_element_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

start() ->
    [begin
        T = ets:new(t, [Y]),
        [ets:insert(T, O) || O <- [{a, 1, x}, {b, 2}, {b, 3, y}, {b, 2}, {1, i}, {1.0, f}, {c, [1, {2}], <<"bin">>}]],
        [t({Y, K, P}, fun() -> ets:lookup_element(T, K, P) end)
            || K <- [a, b, c, d, 1, 1.0], P <- [1, 2, 3, 4, 0, -1, a, 1.0]]
    end || Y <- [set, ordered_set, bag, duplicate_bag]],
    [t({member, Y}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, [{1}, {a}, {"s"}]),
        [ets:member(T, K) || K <- [1, 1.0, a, b, "s", "t"]]
    end) || Y <- [set, ordered_set, bag, duplicate_bag]],
    ok.
