%% Funs keep what they closed over.
-module(fun_environment).
-export([start/0, id/1]).

start() ->
    run(1, 8).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> (adder(id(1)))(2);
t(2) -> [(F)(10) || F <- [adder(N) || N <- [1, 2, 3]]];
t(3) -> ((curry(id(fun(A, B) -> {A, B} end)))(1))(2);
t(4) -> (many(id(1), 2, 3, 4, 5, 6))(7, 8);
t(5) -> begin F = fun Loop(0) -> []; Loop(N) -> [N | Loop(N - 1)] end, F(id(5)) end;
t(6) -> begin X = id(1), F = fun(X1) when X1 > X -> bigger; (_) -> not_bigger end, [F(0), F(1), F(2)] end;
t(7) -> [is_function(adder(1), N) || N <- [0, 1, 2]];
t(8) -> compose([adder(1), fun(X) -> X * 2 end, adder(id(3))], 5).

adder(N) -> fun(X) -> X + N end.

curry(F) -> fun(A) -> fun(B) -> F(A, B) end end.

many(A, B, C, D, E, F) -> fun(G, H) -> [A, B, C, D, E, F, G, H] end.

compose([], V) -> V;
compose([F | Rest], V) -> compose(Rest, F(V)).
