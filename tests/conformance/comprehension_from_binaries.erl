%% Comprehensions: from binaries.
-module(comprehension_from_binaries).
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

t(1) -> [X || <<X>> <= id(<<1, 2, 3>>)];
t(2) -> [X || <<X:3>> <= id(<<1, 2>>)];
t(3) -> [{A, B} || <<A:4, B:4>> <= id(<<1, 2, 3:4>>)];
t(4) -> [X || <<1, X>> <= id(<<1, 2, 3, 4, 1, 5>>)];
t(5) -> [X || <<N, X:N/binary>> <= id(<<1, 7, 2, 8, 9, 5, 1>>)];
t(6) -> [X || <<X>> <= id(a)];
t(7) -> [X || <<X/utf8>> <= id(<<"aé"/utf8, 255>>)].
