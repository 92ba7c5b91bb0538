%% The unicode BIFs on text input.
-module(unicode_convert_text).
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

t(1) -> unicode:characters_to_binary(id("abc"), unicode);
t(2) -> unicode:characters_to_binary(id([233, 8364]), unicode);
t(3) -> unicode:characters_to_binary(id([<<"é"/utf8>>, "x"]), unicode);
t(4) -> unicode:characters_to_binary(id([]), unicode);
t(5) -> unicode:characters_to_list(id("abc"), unicode);
t(6) -> unicode:characters_to_list(id([233, 8364]), unicode);
t(7) -> unicode:characters_to_list(id([<<"é"/utf8>>, "x"]), unicode);
t(8) -> unicode:characters_to_list(id([]), unicode).
