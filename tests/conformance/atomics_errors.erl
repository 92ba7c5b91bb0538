-module(atomics_errors).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

start() ->
    [t({new, N, O}, fun() -> R = atomics:new(N, O), {is_reference(R), maps_get(size, atomics:info(R))} end)
        || N <- [1, 10, 1000, 0, -1, a, 1.0], O <- [[], [{signed, true}], [{signed, false}], [{signed, true}, {signed, false}], foo, [foo], [{signed, 1}], [{signed}], [{signed, true} | x]]],
    A = atomics:new(3, []),
    [t({get, I}, fun() -> atomics:get(A, I) end) || I <- [1, 2, 3, 0, 4, -1, a, 1.0, 1 bsl 70]],
    [t({put, I}, fun() -> atomics:put(A, I, 1) end) || I <- [0, 4, -1, a, 1 bsl 70]],
    [[t({no, W}, fun() -> F(X) end) || {W, F} <- [{get, fun(R) -> atomics:get(R, 1) end}, {put, fun(R) -> atomics:put(R, 1, 1) end},
        {add, fun(R) -> atomics:add(R, 1, 1) end}, {info, fun(R) -> atomics:info(R) end}, {exchange, fun(R) -> atomics:exchange(R, 1, 1) end}]]
        || X <- [make_ref(), a, {}, [], self(), ets:new(t, [])]],
    t(unchanged, fun() -> [atomics:get(A, I) || I <- [1, 2, 3]] end),
    t(same, fun() -> {A =:= A, A =:= atomics:new(3, [])} end),
    ok.

maps_get(K, M) -> map_get(K, M).
