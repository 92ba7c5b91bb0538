%% ceil/1 of floats and integers: halves, large and negative ones.
-module(float_ceil).
-export([start/0, id/1]).

start() ->
    run(1, 5).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) ->
    [ceil(V) || V <- [id(0.0), -0.0, 0.4, 0.5, 0.49999999999999994, 0.6, 1.5, 2.5, -0.4, -0.5, -1.5, -2.5]];
t(2) ->
    [ceil(V) || V <- [id(1.0e9), 134217727.5, 134217728.5, -134217728.5, 2147483647.5, 4294967296.5, 4503599627370497.5, 9007199254740993.0]];
t(3) -> [ceil(V) || V <- [id(1.0e15), 1.0e18, 1.0e19, -1.0e20, 1.0e100, 1.7976931348623157e308, 5.0e-324]];
t(4) -> [ceil(V) || V <- [id(0), 5, -5, 1 bsl 80]];
t(5) -> ceil(id(a)).
