%% What halt/1,2 say of wrong arguments.
-module(proc_halts).
-export([start/0]).

start() ->
    [erlang:display({A, try halt(A) catch C:R -> {C, R} end}) || A <- [a, -1, 1.5, {}, [a | b], <<"x">>]],
    [erlang:display({A, O, try halt(A, O) catch C:R -> {C, R} end}) || {A, O} <- [{0, a}, {0, [a]}, {0, [{flush, x}]}, {a, []}, {0, [{flush, true} | x]}, {-1, []}]],
    ok.
