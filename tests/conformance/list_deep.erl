%% Lists that are long or deep are built, compared, measured and copied.
-module(list_deep).
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

t(1) -> length(long(id(100000), []));
t(2) -> long(id(50000), []) =:= long(id(50000), []);
t(3) -> depth(deep(id(50000), []), 0);
t(4) -> deep(id(50000), []) =:= deep(id(50000), []);
t(5) -> deep(id(1000), []) < deep(id(1001), []);
t(6) -> byte_size(term_to_binary(deep(id(10000), []))) > 10000;
t(7) -> depth(binary_to_term(term_to_binary(deep(id(10000), []))), 0).

long(0, L) -> L;
long(N, L) -> long(N - 1, [N | L]).

deep(0, L) -> L;
deep(N, L) -> deep(N - 1, [L]).

depth([], N) -> N;
depth([L], N) -> depth(L, N + 1).
