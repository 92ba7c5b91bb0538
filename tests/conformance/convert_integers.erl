%% Text and integers in bases, signs and wrong text.
-module(convert_integers).
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

t(1) -> [integer_to_list(id(N), B) || N <- [0, 255, -255, 1 bsl 70], B <- [2, 8, 10, 16, 36]];
t(2) -> [integer_to_binary(id(N), B) || N <- [0, 35, -36], B <- [2, 36]];
t(3) ->
    [list_to_integer(id(S), B) || {S, B} <- [{"ff", 16}, {"FF", 16}, {"-zZ", 36}, {"+101", 2}, {"0007", 8}]];
t(4) ->
    [try list_to_integer(id(S)) catch error:R -> R end || S <- ["", "-", "+", "1 ", " 1", "1.0", "0x1", "--1", "1_000", "-0", "+5"]];
t(5) ->
    [try binary_to_integer(id(S)) catch error:R -> R end || S <- [<<>>, <<"-">>, <<"12">>, <<"-12345678901234567890123">>, <<"1a">>]];
t(6) ->
    [try list_to_integer(id(S), B) catch error:R -> R end || {S, B} <- [{"2", 2}, {"1", 1}, {"1", 37}, {"g", 16}, {"1", a}]];
t(7) -> integer_to_list(id(1), id(37));
t(8) -> binary_to_integer(id(<<"zz">>), 36).
