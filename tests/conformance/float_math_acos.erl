%% math:acos/1 to 12 digits (the last ones differ between mathematics libraries), and its errors.
-module(float_math_acos).
-export([start/0, id/1]).

start() ->
    run(1, 6).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> text(math:acos(id(0)));
t(2) -> text(math:acos(id(1)));
t(3) -> text(math:acos(id(-0.5)));
t(4) -> text(math:acos(id(2)));
t(5) -> text(math:acos(id(a)));
t(6) -> text(math:acos(id(1 bsl 2000))).

text(F) -> float_to_list(F, [{scientific, 12}]).
