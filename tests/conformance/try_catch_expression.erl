%% The old catch: values, throws, errors with traces, exits.
-module(try_catch_expression).
-export([start/0, id/1]).

start() ->
    run(1, 9).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> catch id(1);
t(2) -> catch throw(id(a));
t(3) -> catch exit(id(a));
t(4) -> case catch error(id(a)) of {'EXIT', {a, [{M, F, A, _} | _]}} -> {M, F, A} end;
t(5) -> case catch id(1) + id(a) of {'EXIT', {badarith, [_ | _]}} -> badarith end;
t(6) -> [catch throw(V) || V <- [id(1), 2, 3]];
t(7) -> catch (1 + (catch throw(id(2))));
t(8) -> {catch throw(id(1)), catch exit(id(2))};
t(9) -> catch begin catch throw(id(1)), throw(id(2)) end.
