%% Every function of atomics, counters and persistent_term with a term of every kind in each place.
-module(counters_wrong_terms).
-export([start/0]).

start() ->
    Wrong = [a, 1, 0, -1, 2, 3, 1 bsl 64, -(1 bsl 64), 1.0, "x", [], {}, {a, b}, <<>>, #{}, make_ref(), fun() -> ok end],
    [erlang:display({M, F, length(As), K, case W of _ when is_reference(W) -> reference; _ when is_function(W) -> 'fun'; _ -> W end, tried(M, F, put_at(K, W, As))})
     || {M, F, As} <- calls(), K <- places(length(As)), W <- Wrong],
    %% One for the other.
    A = atomics:new(2, []), C = counters:new(2, []), D = counters:new(2, [write_concurrency]),
    [erlang:display({N, [try F(X) catch Cl:R -> {Cl, R} end || X <- [A, C, D, {A}, {atomics, A}, {write_concurrency, A}]]})
     || {N, F} <- [{atomics_get, fun(X) -> atomics:get(X, 1) end}, {counters_get, fun(X) -> counters:get(X, 1) end}, {counters_add, fun(X) -> counters:add(X, 2, 5) end},
                   {atomics_size, fun(X) -> maps_size(atomics:info(X)) end}, {counters_size, fun(X) -> maps_size(counters:info(X)) end}]],
    erlang:display({atomics:get(A, 2), counters:get(C, 2), counters:get(D, 2)}),
    ok.

maps_size(#{size := S}) -> S.

calls() ->
    A = atomics:new(2, []), U = atomics:new(2, [{signed, false}]), C = counters:new(2, []), D = counters:new(2, [write_concurrency]),
    [{atomics, new, [1, []]}, {atomics, put, [A, 1, 5]}, {atomics, put, [U, 1, 5]}, {atomics, get, [A, 1]}, {atomics, add, [A, 1, 1]}, {atomics, add_get, [A, 1, 1]}, {atomics, sub, [A, 1, 1]}, {atomics, sub_get, [U, 1, 1]},
     {atomics, exchange, [A, 1, 1]}, {atomics, compare_exchange, [A, 1, 1, 2]}, {atomics, info, [A]}, {counters, put, [C, 1, 5]}, {counters, get, [C, 1]}, {counters, add, [C, 1, 1]},
     {counters, sub, [D, 1, 1]}, {counters, put, [D, 1, 5]}, {counters, info, [C]}, {persistent_term, get, [counters_wrong_terms]}, {persistent_term, erase, [counters_wrong_terms]}].

tried(M, F, As) ->
    try apply(M, F, As) of
        R when is_map(R) -> map;
        R when is_reference(R) -> reference;
        R -> R
    catch C:R when is_atom(R) -> {C, R};
          C:{R, _} -> {C, R}
    end.

put_at(1, W, [_ | T]) -> [W | T];
put_at(N, W, [H | T]) -> [H | put_at(N - 1, W, T)].

places(0) -> [];
places(N) -> places(N - 1) ++ [N].
