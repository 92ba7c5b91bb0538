%% External terms: export_funs to bytes and back, with options.
-module(etf_export_funs).
-export([start/0, id/1]).

start() ->
    run(1, 10).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> term_to_binary(id(fun erlang:abs/1));
t(2) -> term_to_binary(id(fun m:f/0));
t(3) -> binary_to_term(term_to_binary(id(fun erlang:abs/1))) =:= id(fun erlang:abs/1);
t(4) -> binary_to_term(term_to_binary(id(fun m:f/0))) =:= id(fun m:f/0);
t(5) -> [term_to_binary(id(fun erlang:abs/1), [{minor_version, M}]) || M <- [0, 1, 2]];
t(6) -> [term_to_binary(id(fun m:f/0), [{minor_version, M}]) || M <- [0, 1, 2]];
t(7) -> binary_to_term(term_to_binary(id(fun erlang:abs/1), [compressed])) =:= id(fun erlang:abs/1);
t(8) -> binary_to_term(term_to_binary(id(fun m:f/0), [compressed])) =:= id(fun m:f/0);
t(9) -> byte_size(term_to_binary(id(fun erlang:abs/1))) =:= erlang:external_size(id(fun erlang:abs/1));
t(10) -> byte_size(term_to_binary(id(fun m:f/0))) =:= erlang:external_size(id(fun m:f/0)).
