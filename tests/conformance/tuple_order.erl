%% Tuples compare by size, then element by element.
-module(tuple_order).
-export([start/0, id/1]).

start() ->
    run(1, 3).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [A < B || A <- w(), B <- w()];
t(2) -> [A == B || A <- w(), B <- w()];
t(3) -> [A =:= B || A <- w(), B <- w()].

w() -> [id({}), {1}, {1.0}, {2}, {a}, {1, 2}, {1, 2.0}, {{}}, {[]}, {1, a}].
