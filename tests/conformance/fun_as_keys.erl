%% Funs that close over many variables: what they keep, when two are the same, as keys of maps, what they tell.
-module(fun_as_keys).
-export([start/0, id/1, exported/2]).

start() ->
    [erlang:display({many, N, (many(id(N)))(1), element(2, erlang:fun_info(many(N), arity)), length(element(2, erlang:fun_info(many(N), env)))}) || N <- [0, 1, 2, 5, 12, 20]],
    Funs = [{N, V, make(N, V)} || N <- [1, 2, 3, 4], V <- [1, 1.0, a]],
    [erlang:display({same, N, V, [{F =:= G, F == G} || {_, _, G} <- Funs]}) || {N, V, F} <- Funs],
    Table = fill(Funs, #{}),
    erlang:display({table, map_size(Table), [map_get(make(N, V), Table) || N <- [1, 2, 3, 4], V <- [1, 1.0, a]]}),
    [erlang:display({found, N, V, case Table of #{F := {A, B}} -> {A, B}; _ -> none end}) || {N, V, F} <- [{1, 2, make(1, 2)}, {2, a, make(2, a)}, {9, 9, fun exported/2}]],
    erlang:display({order, [make(1, A) < make(1, B) || A <- [1, 2, a, "x"], B <- [1, 2, a, "x"]]}),
    erlang:display({types, [{is_function(F), is_function(F, 1), is_function(F, 2), is_function(F, 1 bsl 64)} || F <- [make(1, 1), make(2, 1), fun exported/2, fun ?MODULE:id/1, fun erlang:'+'/2, id, {?MODULE, id}]]}),
    External = [{M, F, A, fun M:F/A} || {M, F, A} <- [{erlang, '+', 2}, {erlang, abs, 1}, {?MODULE, exported, 2}, {no_module, no_function, 3}, {erlang, '+', 1}]],
    [erlang:display({external, M, F, A, [erlang:fun_info(Fun, K) || K <- [module, name, arity, type, env]],
                     Fun =:= fun M:F/A, [Fun < G || {_, _, _, G} <- External], is_map_key(fun M:F/A, #{Fun => 1})}) || {M, F, A, Fun} <- External],
    [erlang:display({called, N, V, [kind(fun() -> (make(id(N), V))(X) end) || X <- [1, 2.5, z]]}) || N <- [1, 2, 3, 4], V <- [1, 1.0, a]],
    erlang:display({arities, [kind(fun() -> apply(F, As) end) || F <- [make(1, 1), fun exported/2, fun ?MODULE:exported/2, a, 1], As <- [[], [1], [1, 2], [1, 2, 3]]]}),
    erlang:display({shadow, shadow(1)}),
    erlang:display({local, [element(2, erlang:fun_info(F, K)) || F <- [make(1, 1), fun exported/2], K <- [module, arity, type]]}),
    erlang:display({sorted, [F(10) || F <- insert_all([make(1, V) || V <- [3, 1, 2, -1, 50]], [])]}),
    erlang:display({counter, counts(id(10))}),
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

exported(A, B) -> {A, B}.

%% Funs over N variables that add all of them to their argument.
many(0) -> fun(X) -> X end;
many(1) -> A = id(1), fun(X) -> X + A end;
many(2) -> A = id(1), B = id(2), fun(X) -> X + A + B end;
many(5) -> A = id(1), B = id(2), C = id(3), D = id(4), E = id(5), fun(X) -> [X, E, D, C, B, A] end;
many(12) ->
    [A, B, C, D, E, F, G, H, I, J, K, L] = id([a, b, c, d, e, f, g, h, i, j, k, l]),
    fun(X) -> {L, K, J, I, X, H, G, F, E, D, C, B, A} end;
many(20) ->
    {A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T} = id({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}),
    fun(X) ->
        Inner = fun(Y) -> Y + A + B + C + D + E + F + G + H + I + J end,
        Other = fun() -> K * L + M * N + O * P + Q * R + S * T end,
        {Inner(X), Other(), A, T}
    end.

make(1, V) -> fun(X) -> {X, V} end;
make(2, V) -> fun(X) -> {V, X} end;
make(3, V) -> fun(X) when X > V -> {above, V}; (X) -> {X, below} end;
make(4, V) -> Inner = make(1, V), fun(X) -> Inner(Inner(X)) end.

fill([], M) -> M;
fill([{N, V, F} | T], M) -> fill(T, M#{F => {N, V}}).

kind(F) ->
    try F()
    catch
        error:{Tag, _} when Tag =:= badarity -> Tag;
        C:R -> {C, R}
    end.

shadow(X) ->
    F = fun(Y) -> Z = X + Y, fun(W) -> {X, Y, Z, W} end end,
    [(F(N))(M) || N <- [X, X + 1], M <- [a, b]].

insert_all([], S) -> S;
insert_all([F | T], S) -> insert_all(T, insert(F, S)).

insert(F, [G | T]) when G < F -> [G | insert(F, T)];
insert(F, S) -> [F | S].

%% A fun that returns its successor.
counts(N) -> counts(counter(0), N).

counts(F, 0) -> {V, _} = F(), V;
counts(F, N) -> {_, Next} = F(), counts(Next, N - 1).

counter(N) -> fun() -> {N, counter(N + N rem 3 + 1)} end.
