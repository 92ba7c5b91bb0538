%% External terms: integers to bytes and back, with options.
-module(etf_integers).
-export([start/0, id/1]).

start() ->
    run(1, 35).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> term_to_binary(id(0));
t(2) -> term_to_binary(id(255));
t(3) -> term_to_binary(id(256));
t(4) -> term_to_binary(id(-1));
t(5) -> term_to_binary(id(16#7FFFFFFF));
t(6) -> term_to_binary(id(-16#80000000));
t(7) -> term_to_binary(id(16#80000000));
t(8) -> term_to_binary(id(1 bsl 63));
t(9) -> term_to_binary(id(-(1 bsl 64)));
t(10) -> term_to_binary(id(1 bsl 2050));
t(11) -> binary_to_term(term_to_binary(id(0))) =:= id(0);
t(12) -> binary_to_term(term_to_binary(id(255))) =:= id(255);
t(13) -> binary_to_term(term_to_binary(id(256))) =:= id(256);
t(14) -> binary_to_term(term_to_binary(id(-1))) =:= id(-1);
t(15) -> binary_to_term(term_to_binary(id(16#7FFFFFFF))) =:= id(16#7FFFFFFF);
t(16) -> binary_to_term(term_to_binary(id(-16#80000000))) =:= id(-16#80000000);
t(17) -> binary_to_term(term_to_binary(id(16#80000000))) =:= id(16#80000000);
t(18) -> binary_to_term(term_to_binary(id(1 bsl 63))) =:= id(1 bsl 63);
t(19) -> binary_to_term(term_to_binary(id(-(1 bsl 64)))) =:= id(-(1 bsl 64));
t(20) -> binary_to_term(term_to_binary(id(1 bsl 2050))) =:= id(1 bsl 2050);
t(21) -> [term_to_binary(id(0), [{minor_version, M}]) || M <- [0, 1, 2]];
t(22) -> [term_to_binary(id(255), [{minor_version, M}]) || M <- [0, 1, 2]];
t(23) -> [term_to_binary(id(256), [{minor_version, M}]) || M <- [0, 1, 2]];
t(24) -> binary_to_term(term_to_binary(id(0), [compressed])) =:= id(0);
t(25) -> binary_to_term(term_to_binary(id(255), [compressed])) =:= id(255);
t(26) -> binary_to_term(term_to_binary(id(256), [compressed])) =:= id(256);
t(27) -> binary_to_term(term_to_binary(id(-1), [compressed])) =:= id(-1);
t(28) -> binary_to_term(term_to_binary(id(16#7FFFFFFF), [compressed])) =:= id(16#7FFFFFFF);
t(29) -> binary_to_term(term_to_binary(id(-16#80000000), [compressed])) =:= id(-16#80000000);
t(30) -> binary_to_term(term_to_binary(id(16#80000000), [compressed])) =:= id(16#80000000);
t(31) -> binary_to_term(term_to_binary(id(1 bsl 63), [compressed])) =:= id(1 bsl 63);
t(32) -> binary_to_term(term_to_binary(id(-(1 bsl 64)), [compressed])) =:= id(-(1 bsl 64));
t(33) -> binary_to_term(term_to_binary(id(1 bsl 2050), [compressed])) =:= id(1 bsl 2050);
t(34) -> byte_size(term_to_binary(id(0))) =:= erlang:external_size(id(0));
t(35) -> byte_size(term_to_binary(id(255))) =:= erlang:external_size(id(255)).
