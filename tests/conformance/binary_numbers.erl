%% Binaries: numbers, with edges and wrong arguments.
-module(binary_numbers).
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

t(1) ->
    [binary:decode_unsigned(id(B)) || B <- [<<>>, <<1>>, <<1, 0>>, <<255, 255, 255, 255, 255, 255, 255, 255, 255>>]];
t(2) -> [binary:encode_unsigned(id(N)) || N <- [0, 1, 255, 256, 1 bsl 64]];
t(3) -> [binary:decode_unsigned(id(B), little) || B <- [<<1, 0>>, <<0, 1>>]];
t(4) -> binary:encode_unsigned(id(-1));
t(5) -> binary:decode_unsigned(id(a)).
