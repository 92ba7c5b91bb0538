%% math:floor/1 to 12 digits (the last ones differ between mathematics libraries), and its errors.
-module(float_math_floor).
-export([start/0, id/1]).

start() ->
    run(1, 7).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> text(math:floor(id(1.5)));
t(2) -> text(math:floor(id(-1.5)));
t(3) -> text(math:floor(id(3)));
t(4) -> text(math:floor(id(-0.0)));
t(5) -> text(math:floor(id(1.0e20)));
t(6) -> text(math:floor(id(a)));
t(7) -> text(math:floor(id(1 bsl 2000))).

text(F) -> float_to_list(F, [{scientific, 12}]).
