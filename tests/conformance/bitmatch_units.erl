%% Units and sizes that multiply.
-module(bitmatch_units).
-export([start/0, id/1]).

start() ->
    run(1, 4).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> begin <<A:2/unit:4, B:3/unit:3, _/bits>> = id(<<1, 2, 3>>), {A, B} end;
t(2) -> begin <<A:2/binary-unit:12, R/bits>> = id(<<1, 2, 3, 4>>), {A, R} end;
t(3) -> [case id(B) of <<X/binary-unit:16>> -> X; _ -> no end || B <- [<<>>, <<1>>, <<1, 2>>, <<1:12>>]];
t(4) -> begin N = id(3), <<A:N/signed-unit:5, _/bits>> = id(<<255, 1, 2>>), A end.
