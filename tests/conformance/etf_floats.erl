%% External terms: floats to bytes and back, with options.
-module(etf_floats).
-export([start/0, id/1]).

start() ->
    run(1, 20).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> term_to_binary(id(0.0));
t(2) -> term_to_binary(id(-0.0));
t(3) -> term_to_binary(id(1.5));
t(4) -> term_to_binary(id(1.0e300));
t(5) -> term_to_binary(id(5.0e-324));
t(6) -> binary_to_term(term_to_binary(id(0.0))) =:= id(0.0);
t(7) -> binary_to_term(term_to_binary(id(-0.0))) =:= id(-0.0);
t(8) -> binary_to_term(term_to_binary(id(1.5))) =:= id(1.5);
t(9) -> binary_to_term(term_to_binary(id(1.0e300))) =:= id(1.0e300);
t(10) -> binary_to_term(term_to_binary(id(5.0e-324))) =:= id(5.0e-324);
t(11) -> [term_to_binary(id(0.0), [{minor_version, M}]) || M <- [0, 1, 2]];
t(12) -> [term_to_binary(id(-0.0), [{minor_version, M}]) || M <- [0, 1, 2]];
t(13) -> [term_to_binary(id(1.5), [{minor_version, M}]) || M <- [0, 1, 2]];
t(14) -> binary_to_term(term_to_binary(id(0.0), [compressed])) =:= id(0.0);
t(15) -> binary_to_term(term_to_binary(id(-0.0), [compressed])) =:= id(-0.0);
t(16) -> binary_to_term(term_to_binary(id(1.5), [compressed])) =:= id(1.5);
t(17) -> binary_to_term(term_to_binary(id(1.0e300), [compressed])) =:= id(1.0e300);
t(18) -> binary_to_term(term_to_binary(id(5.0e-324), [compressed])) =:= id(5.0e-324);
t(19) -> byte_size(term_to_binary(id(0.0))) =:= erlang:external_size(id(0.0));
t(20) -> byte_size(term_to_binary(id(-0.0))) =:= erlang:external_size(id(-0.0)).
