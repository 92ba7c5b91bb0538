%% Tails matched as bits, from offsets that are aligned and not.
-module(bitmatch_tail_bits).
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

t(1) ->
    [case id(<<1, 2, 3:3>>) of <<_:N, T/bits>> -> T; _ -> no end || N <- id([0, 1, 3, 8, 11, 16, 19, 20])];
t(2) -> [case id(<<1, 2, 3>>) of <<_:N, T/bits>> -> T; _ -> no end || N <- id([0, 1, 8, 24])];
t(3) -> [case id(<<1, 2, 3, 4>>) of <<T:N/bits, R/bits>> -> {T, R}; _ -> no end || N <- id([0, 1, 4, 5])].
