-module(counters_basic).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

start() ->
    Values = [0, 1, -1, 16#80000000, (1 bsl 63) - 1, 1 bsl 63, -(1 bsl 63), -(1 bsl 63) - 1, (1 bsl 64) - 1, 1 bsl 64, a, 1.0],
    [begin
        C = counters:new(3, O),
        [t({O, put, V}, fun() -> {counters:put(C, 1, V), counters:get(C, 1)} end) || V <- Values],
        [t({O, add, V, X}, fun() -> ok = counters:put(C, 2, V), {counters:add(C, 2, X), counters:get(C, 2), counters:sub(C, 2, 1), counters:get(C, 2)} end)
            || V <- [0, 5, (1 bsl 63) - 1, -(1 bsl 63)], X <- [0, 1, -1, 1 bsl 40, -(1 bsl 40), (1 bsl 63) - 1, -(1 bsl 63)]],
        [t({O, get, I}, fun() -> counters:get(C, I) end) || I <- [0, 3, 4, -1, a]],
        [t({O, add, I}, fun() -> counters:add(C, I, 1) end) || I <- [0, 4, -1, a]],
        t({O, info}, fun() -> #{size := S, memory := M} = I = counters:info(C), {S, is_integer(M), map_size(I)} end),
        Ps = [spawn_monitor(fun() -> [counters:add(C, 3, 1) || _ <- [1, 2, 3, 4, 5]] end) || _ <- [1, 2, 3, 4]],
        [receive {'DOWN', R, process, P, normal} -> ok end || {P, R} <- Ps],
        t({O, all}, fun() -> counters:get(C, 3) end)
    end || O <- [[], [atomics], [write_concurrency]]],
    [t({new, N, O}, fun() -> counters:new(N, O) end) || {N, O} <- [{0, []}, {-1, []}, {a, []}, {1, foo}, {1, [foo]}, {1, [{signed, true}]}, {1, [atomics | x]}, {1, [atomics, write_concurrency]}, {1, [atomics, atomics]}]],
    [t({no, X}, fun() -> counters:get(X, 1) end) || X <- [a, {}, {atomics, x}, []]],
    ok.
