%% External terms: maps to bytes and back, with options.
-module(etf_maps).
-export([start/0, id/1]).

start() ->
    run(1, 14).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> term_to_binary(id(#{}));
t(2) -> term_to_binary(id(#{a => 1}));
t(3) -> term_to_binary(id(#{1 => #{2 => 3}}));
t(4) -> binary_to_term(term_to_binary(id(#{}))) =:= id(#{});
t(5) -> binary_to_term(term_to_binary(id(#{a => 1}))) =:= id(#{a => 1});
t(6) -> binary_to_term(term_to_binary(id(#{1 => #{2 => 3}}))) =:= id(#{1 => #{2 => 3}});
t(7) -> [term_to_binary(id(#{}), [{minor_version, M}]) || M <- [0, 1, 2]];
t(8) -> [term_to_binary(id(#{a => 1}), [{minor_version, M}]) || M <- [0, 1, 2]];
t(9) -> [term_to_binary(id(#{1 => #{2 => 3}}), [{minor_version, M}]) || M <- [0, 1, 2]];
t(10) -> binary_to_term(term_to_binary(id(#{}), [compressed])) =:= id(#{});
t(11) -> binary_to_term(term_to_binary(id(#{a => 1}), [compressed])) =:= id(#{a => 1});
t(12) -> binary_to_term(term_to_binary(id(#{1 => #{2 => 3}}), [compressed])) =:= id(#{1 => #{2 => 3}});
t(13) -> byte_size(term_to_binary(id(#{}))) =:= erlang:external_size(id(#{}));
t(14) -> byte_size(term_to_binary(id(#{a => 1}))) =:= erlang:external_size(id(#{a => 1})).
