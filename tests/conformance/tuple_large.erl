%% Tuples of hundreds of elements.
-module(tuple_large).
-export([start/0, id/1]).

start() ->
    run(1, 7).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> tuple_size(make(id(500)));
t(2) -> element(id(499), make(id(500)));
t(3) -> make(id(300)) =:= make(id(300));
t(4) -> make(id(300)) < make(id(299));
t(5) -> element(300, setelement(id(300), make(id(300)), x));
t(6) -> length(tuple_to_list(make(id(255))));
t(7) -> binary_to_term(term_to_binary(make(id(256)))) =:= make(256).

make(N) -> list_to_tuple(list(N)).

list(0) -> [];
list(N) -> [N | list(N - 1)].
