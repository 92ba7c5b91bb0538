%% Strings: chars.
-module(string_chars).
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

t(1) -> [c(id(C)) || C <- "aZ5 _é"];
t(2) -> [c(id(C)) || C <- [0, -1, a]].

c(C) when C >= $a, C =< $z -> lower;
c(C) when C >= $A, C =< $Z -> upper;
c(C) when C >= $0, C =< $9 -> digit;
c($\s) -> space;
c(C) when is_integer(C), C > 127 -> wide;
c(_) -> other.
