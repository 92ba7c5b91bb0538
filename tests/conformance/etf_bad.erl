%% Bytes that are no external term.
-module(etf_bad).
-export([start/0, id/1]).

start() ->
    run(1, 18).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> binary_to_term(id(<<>>));
t(2) -> binary_to_term(id(<<131>>));
t(3) -> binary_to_term(id(<<130, 97, 1>>));
t(4) -> binary_to_term(id(<<131, 97>>));
t(5) -> binary_to_term(id(<<131, 98, 0, 0>>));
t(6) -> binary_to_term(id(<<131, 104, 2, 97, 1>>));
t(7) -> binary_to_term(id(<<131, 108, 255, 255, 255, 255, 97>>));
t(8) -> binary_to_term(id(<<131, 109, 0, 0, 0, 5, 1>>));
t(9) -> binary_to_term(id(<<131, 119, 2, 97>>));
t(10) -> binary_to_term(id(<<131, 119, 1, 255>>));
t(11) -> binary_to_term(id(<<131, 77, 0, 0, 0, 1, 9, 1>>));
t(12) -> binary_to_term(id(<<131, 116, 0, 0, 0, 2, 97, 1, 97, 2, 97, 1, 97, 3>>));
t(13) -> binary_to_term(id(<<131, 0>>));
t(14) -> binary_to_term(id(<<131, 80, 0, 0, 0, 9, 1, 2>>));
t(15) -> binary_to_term(id(a));
t(16) -> binary_to_term(id(<<131, 97, 1, 99>>));
t(17) -> binary_to_term(id(<<131, 97, 1, 99>>), [used]);
t(18) -> binary_to_term(id(<<131, 119, 5, "qzxjv">>), [safe]).
