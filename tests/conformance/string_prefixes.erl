%% Strings: prefixes.
-module(string_prefixes).
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

t(1) -> f(id("http://x"));
t(2) -> f(id("https://y"));
t(3) -> f(id("ftp"));
t(4) -> f(id(""));
t(5) -> f(id([$h | a])).

f("http://" ++ Rest) -> {http, Rest};
f("https://" ++ Rest) -> {https, Rest};
f("") -> empty;
f(Other) -> {other, Other}.
