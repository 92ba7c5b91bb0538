%% apply with funs and names, computed modules and functions, BIFs, tail calls.
-module(apply_forms).
-export([start/0, id/1, two/2, many/0, many/1, many/5, many/9, count/2]).

start() ->
    run(1, 12).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> apply(id(fun(A, B) -> {A, B} end), [1, 2]);
t(2) -> apply(id(apply_forms), id(two), [1, 2]);
t(3) -> apply(id(erlang), id('+'), [1, 2]);
t(4) -> (id(apply_forms)):(id(two))(3, 4);
t(5) -> (id(erlang)):abs(id(-3));
t(6) -> apply(id(erlang), id(apply), [apply_forms, two, [5, 6]]);
t(7) -> apply(id(fun erlang:max/2), [1, 2]);
t(8) -> apply(id(lists), id(reverse), [[1, 2]]);
t(9) -> count(id(10000), apply_forms);
t(10) -> [apply(apply_forms, id(many), list(N)) || N <- [0, 1, 5, 9]];
t(11) -> (id(erlang)):throw(id(x));
t(12) -> apply(id(erlang), id(self), []) =:= self().

two(A, B) -> {two, A, B}.

many() -> 0.
many(A) -> A.
many(A, B, C, D, E) -> {A, B, C, D, E}.
many(A, B, C, D, E, F, G, H, I) -> [A, B, C, D, E, F, G, H, I].

list(0) -> [];
list(N) -> [N | list(N - 1)].

count(0, _) -> done;
count(N, M) -> M:count(N - 1, M).
