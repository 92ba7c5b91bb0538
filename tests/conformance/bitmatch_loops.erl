%% Match contexts that are kept over calls, and are made binaries again.
-module(bitmatch_loops).
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

t(1) -> sum(id(<<1, 2, 3, 4>>), 0);
t(2) -> pairs(id(<<1, 2, 3, 4, 5>>));
t(3) -> until(id(<<"key=value">>), <<>>);
t(4) -> bits(id(<<16#A5, 1:2>>)).

sum(<<X, R/binary>>, S) -> sum(R, S + X);
sum(<<>>, S) -> S.

pairs(<<A, B, R/binary>>) -> [{A, B} | pairs(R)];
pairs(R) -> [R].

until(<<$=, R/binary>>, A) -> {A, R};
until(<<C, R/binary>>, A) -> until(R, <<A/binary, C>>);
until(<<>>, A) -> A.

bits(<<B:1, R/bits>>) -> [B | bits(R)];
bits(<<>>) -> [].
