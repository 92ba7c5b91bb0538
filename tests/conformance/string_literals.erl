%% Strings: literals.
-module(string_literals).
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

t(1) -> id("");
t(2) -> id("abc");
t(3) -> id("é€");
t(4) -> id("a\nb\t\\\"");
t(5) -> [$a | id("b")];
t(6) -> "con" "cat";
t(7) -> length(id("𝄞")).
