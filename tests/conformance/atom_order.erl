%% Atoms compare by their text, as code points.
-module(atom_order).
-export([start/0, id/1]).

start() ->
    run(1, 2).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [A < B || A <- atoms(), B <- atoms()];
t(2) -> [A == B || A <- atoms(), B <- atoms()].

atoms() -> [id(a), '', aa, ab, 'A', 'a ', '0', z, 'é', 'Ω', abcde, abcdf, abcd].
