%% The unicode BIFs on wrong input.
-module(unicode_convert_wrong).
-export([start/0, id/1]).

start() ->
    run(1, 10).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> unicode:characters_to_binary(id([16#D800]), unicode);
t(2) -> unicode:characters_to_binary(id([a]), unicode);
t(3) -> unicode:characters_to_binary(id(<<255>>), unicode);
t(4) -> unicode:characters_to_binary(id(<<97, 16#C3>>), unicode);
t(5) -> unicode:characters_to_binary(id([<<"a">>, <<16#E2, 16#82>>]), unicode);
t(6) -> unicode:characters_to_list(id([16#D800]), unicode);
t(7) -> unicode:characters_to_list(id([a]), unicode);
t(8) -> unicode:characters_to_list(id(<<255>>), unicode);
t(9) -> unicode:characters_to_list(id(<<97, 16#C3>>), unicode);
t(10) -> unicode:characters_to_list(id([<<"a">>, <<16#E2, 16#82>>]), unicode).
