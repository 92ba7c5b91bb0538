%% External terms: lists to bytes and back, with options.
-module(etf_lists).
-export([start/0, id/1]).

start() ->
    run(1, 26).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> term_to_binary(id([]));
t(2) -> term_to_binary(id([1]));
t(3) -> term_to_binary(id("text"));
t(4) -> term_to_binary(id([1, 256]));
t(5) -> term_to_binary(id([a | b]));
t(6) -> term_to_binary(id([[], [[]]]));
t(7) -> term_to_binary(id([1, 2 | 3]));
t(8) -> binary_to_term(term_to_binary(id([]))) =:= id([]);
t(9) -> binary_to_term(term_to_binary(id([1]))) =:= id([1]);
t(10) -> binary_to_term(term_to_binary(id("text"))) =:= id("text");
t(11) -> binary_to_term(term_to_binary(id([1, 256]))) =:= id([1, 256]);
t(12) -> binary_to_term(term_to_binary(id([a | b]))) =:= id([a | b]);
t(13) -> binary_to_term(term_to_binary(id([[], [[]]]))) =:= id([[], [[]]]);
t(14) -> binary_to_term(term_to_binary(id([1, 2 | 3]))) =:= id([1, 2 | 3]);
t(15) -> [term_to_binary(id([]), [{minor_version, M}]) || M <- [0, 1, 2]];
t(16) -> [term_to_binary(id([1]), [{minor_version, M}]) || M <- [0, 1, 2]];
t(17) -> [term_to_binary(id("text"), [{minor_version, M}]) || M <- [0, 1, 2]];
t(18) -> binary_to_term(term_to_binary(id([]), [compressed])) =:= id([]);
t(19) -> binary_to_term(term_to_binary(id([1]), [compressed])) =:= id([1]);
t(20) -> binary_to_term(term_to_binary(id("text"), [compressed])) =:= id("text");
t(21) -> binary_to_term(term_to_binary(id([1, 256]), [compressed])) =:= id([1, 256]);
t(22) -> binary_to_term(term_to_binary(id([a | b]), [compressed])) =:= id([a | b]);
t(23) -> binary_to_term(term_to_binary(id([[], [[]]]), [compressed])) =:= id([[], [[]]]);
t(24) -> binary_to_term(term_to_binary(id([1, 2 | 3]), [compressed])) =:= id([1, 2 | 3]);
t(25) -> byte_size(term_to_binary(id([]))) =:= erlang:external_size(id([]));
t(26) -> byte_size(term_to_binary(id([1]))) =:= erlang:external_size(id([1])).
