%% Variables over try, registers that live through calls, and tail calls in handlers.
-module(try_variables).
-export([start/0, id/1]).

start() ->
    run(1, 5).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> keep(id(1), id(2), id(3), id(4));
t(2) -> tail(id(100000), 0);
t(3) -> last(id(5));
t(4) -> both(id(1));
t(5) -> both(id(a)).

keep(A, B, C, D) ->
    X = try id(A) + fail(B) catch error:E -> {E, C} end,
    Y = try fail(D) of V -> V catch error:{bad, W} -> W + A end,
    {A, B, C, D, X, Y}.

fail(N) -> error({bad, N}).

tail(0, Acc) -> Acc;
tail(N, Acc) ->
    try throw(N) catch throw:_ -> tail(N - 1, Acc + 1) end.

last(N) -> try id(N) of V -> last(V, V * 2) catch _:_ -> none end.

last(A, B) -> A + B.

both(V) ->
    R = try _ = V + 1, ok catch error:badarith -> bad end,
    S = try V + 2 catch error:badarith -> 0 end,
    {R, S, V}.
