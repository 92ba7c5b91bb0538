-module(atomics_signed).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

%% What all functions do at the bounds.
start() ->
    Values = [0, 1, -1, 2, 16#7fffffff, 16#80000000, 16#100000000, 1 bsl 62, (1 bsl 63) - 1, 1 bsl 63, -(1 bsl 63), -(1 bsl 63) - 1, (1 bsl 64) - 1,
        1 bsl 64, -(1 bsl 64), a, 1.0, []],
    A = atomics:new(2, [{signed, true}]),
    [t({put, V}, fun() -> {atomics:put(A, 1, V), atomics:get(A, 1)} end) || V <- Values],
    Fit = [V || V <- Values, try atomics:put(A, 1, V) of ok -> true catch error:badarg -> false end],
    [[t({add, V, X}, fun() ->
        atomics:put(A, 2, V),
        {atomics:add(A, 2, X), atomics:get(A, 2), atomics:sub(A, 2, X), atomics:get(A, 2), atomics:add_get(A, 2, X), atomics:sub_get(A, 2, X)}
    end) || X <- Values] || V <- Fit],
    [t({exchange, V}, fun() -> atomics:put(A, 1, 7), {atomics:exchange(A, 1, V), atomics:get(A, 1)} end) || V <- Values],
    [t({compare_exchange, E, V}, fun() -> atomics:put(A, 1, 1), {atomics:compare_exchange(A, 1, E, V), atomics:get(A, 1)} end)
        || E <- [0, 1, -1, 1 bsl 63, a], V <- Values],
    #{min := Min, max := Max, size := 2, memory := M} = atomics:info(A),
    erlang:display({Min, Max, is_integer(M)}),
    ok.
