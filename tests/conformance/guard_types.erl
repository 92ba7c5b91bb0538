%% Type tests in guards on one value of each kind.
-module(guard_types).
-export([start/0, id/1]).

start() ->
    run(1, 8).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [kind(id(V)) || V <- [a, 1, 1 bsl 80, 1.5, [], [1], {}, {1}, <<>>, <<1:3>>, #{}]];
t(2) -> kind(id(fun erlang:abs/1));
t(3) -> kind(self());
t(4) -> kind(make_ref());
t(5) -> [is_boolean(id(V)) || V <- [true, false, a, 1]];
t(6) -> [is_function(id(fun lists:append/2), id(A)) || A <- [0, 1, 2, 3]];
t(7) -> is_function(id(a), id(-1));
t(8) -> is_function(id(fun kind/1), id(a)).

kind(V) when is_atom(V) -> atom;
kind(V) when is_integer(V) -> integer;
kind(V) when is_float(V) -> float;
kind([]) -> nil;
kind(V) when is_list(V) -> list;
kind(V) when is_tuple(V), tuple_size(V) =:= 0 -> empty_tuple;
kind(V) when is_tuple(V) -> tuple;
kind(V) when is_binary(V) -> binary;
kind(V) when is_bitstring(V) -> bitstring;
kind(V) when is_map(V) -> map;
kind(V) when is_function(V, 1) -> function_of_one;
kind(V) when is_pid(V) -> pid;
kind(V) when is_reference(V) -> reference.
