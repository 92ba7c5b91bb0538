%% External terms: binaries to bytes and back, with options.
-module(etf_binaries).
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

t(1) -> term_to_binary(id(<<>>));
t(2) -> term_to_binary(id(<<1, 2, 3>>));
t(3) -> term_to_binary(id(<<1:1>>));
t(4) -> term_to_binary(id(<<5:3>>));
t(5) -> term_to_binary(id(<<1, 2:7>>));
t(6) -> binary_to_term(term_to_binary(id(<<>>))) =:= id(<<>>);
t(7) -> binary_to_term(term_to_binary(id(<<1, 2, 3>>))) =:= id(<<1, 2, 3>>);
t(8) -> binary_to_term(term_to_binary(id(<<1:1>>))) =:= id(<<1:1>>);
t(9) -> binary_to_term(term_to_binary(id(<<5:3>>))) =:= id(<<5:3>>);
t(10) -> binary_to_term(term_to_binary(id(<<1, 2:7>>))) =:= id(<<1, 2:7>>);
t(11) -> [term_to_binary(id(<<>>), [{minor_version, M}]) || M <- [0, 1, 2]];
t(12) -> [term_to_binary(id(<<1, 2, 3>>), [{minor_version, M}]) || M <- [0, 1, 2]];
t(13) -> [term_to_binary(id(<<1:1>>), [{minor_version, M}]) || M <- [0, 1, 2]];
t(14) -> binary_to_term(term_to_binary(id(<<>>), [compressed])) =:= id(<<>>);
t(15) -> binary_to_term(term_to_binary(id(<<1, 2, 3>>), [compressed])) =:= id(<<1, 2, 3>>);
t(16) -> binary_to_term(term_to_binary(id(<<1:1>>), [compressed])) =:= id(<<1:1>>);
t(17) -> binary_to_term(term_to_binary(id(<<5:3>>), [compressed])) =:= id(<<5:3>>);
t(18) -> binary_to_term(term_to_binary(id(<<1, 2:7>>), [compressed])) =:= id(<<1, 2:7>>);
t(19) -> byte_size(term_to_binary(id(<<>>))) =:= erlang:external_size(id(<<>>));
t(20) -> byte_size(term_to_binary(id(<<1, 2, 3>>))) =:= erlang:external_size(id(<<1, 2, 3>>)).
