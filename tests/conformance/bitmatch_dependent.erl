%% A field that is the size of the next.
-module(bitmatch_dependent).
-export([start/0, id/1]).

start() ->
    run(1, 2).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [f(id(B)) || B <- [<<1, 7, 8>>, <<0>>, <<5, 1>>, <<2, 1, 2>>, <<>>]];
t(2) -> [g(id(B)) || B <- [<<3:4, 5:3, 1:1>>, <<0:4, 3:4>>, <<15:4, 1:4>>]].

f(<<N, P:N/binary, R/binary>>) -> {P, R};
f(B) -> {no, B}.

g(<<N:4, V:N, R/bits>>) -> {V, R};
g(B) -> {no, B}.
