%% A guard that fails with an exception is false, and other alternatives go on.
-module(guard_failing).
-export([start/0, id/1]).

start() ->
    run(1, 4).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [first(id(V)) || V <- [{1, 2}, {}, a, [1], [], 1]];
t(2) -> [alternative(id(V)) || V <- [{1, 2}, {}, [1], [], 3, 0, a]];
t(3) -> [negated(id(V)) || V <- [{}, {a}, [], [1, 2], [1 | 2], 0]];
t(4) -> [arithmetic(id(V)) || V <- [0, 1, -1, a, 1.0, 0.0, 1 bsl 70]].

first(V) when element(1, V) =:= 1 -> element;
first(V) when hd(V) =:= 1 -> head;
first(V) when length(V) =:= 0 -> empty;
first(_) -> none.

alternative(V) when tuple_size(V) > 1; length(V) > 0; 6 div V =:= 2 -> yes;
alternative(_) -> no.

negated(V) when not (length(V) > 1) -> short;
negated(V) when not is_tuple(V) -> other;
negated(_) -> tuple.

arithmetic(V) when 10 div V > 5 -> div_over_five;
arithmetic(V) when 1 / V < 0.5 -> small_inverse;
arithmetic(V) when V + 1 > 0 -> over_minus_one;
arithmetic(_) -> none.
