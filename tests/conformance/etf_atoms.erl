%% External terms: atoms to bytes and back, with options.
-module(etf_atoms).
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

t(1) -> term_to_binary(id(a));
t(2) -> term_to_binary(id(''));
t(3) -> term_to_binary(id('é'));
t(4) -> term_to_binary(id('Ω'));
t(5) -> term_to_binary(id(true));
t(6) -> binary_to_term(term_to_binary(id(a))) =:= id(a);
t(7) -> binary_to_term(term_to_binary(id(''))) =:= id('');
t(8) -> binary_to_term(term_to_binary(id('é'))) =:= id('é');
t(9) -> binary_to_term(term_to_binary(id('Ω'))) =:= id('Ω');
t(10) -> binary_to_term(term_to_binary(id(true))) =:= id(true);
t(11) -> [term_to_binary(id(a), [{minor_version, M}]) || M <- [0, 1, 2]];
t(12) -> [term_to_binary(id(''), [{minor_version, M}]) || M <- [0, 1, 2]];
t(13) -> [term_to_binary(id('é'), [{minor_version, M}]) || M <- [0, 1, 2]];
t(14) -> binary_to_term(term_to_binary(id(a), [compressed])) =:= id(a);
t(15) -> binary_to_term(term_to_binary(id(''), [compressed])) =:= id('');
t(16) -> binary_to_term(term_to_binary(id('é'), [compressed])) =:= id('é');
t(17) -> binary_to_term(term_to_binary(id('Ω'), [compressed])) =:= id('Ω');
t(18) -> binary_to_term(term_to_binary(id(true), [compressed])) =:= id(true);
t(19) -> byte_size(term_to_binary(id(a))) =:= erlang:external_size(id(a));
t(20) -> byte_size(term_to_binary(id(''))) =:= erlang:external_size(id('')).
