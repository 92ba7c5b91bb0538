%% Arithmetic on what is no number, and results that do not exist.
-module(exception_badarith).
-export([start/0, id/1]).

start() ->
    run(1, 22).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> id(a) + 1;
t(2) -> 1 + id(a);
t(3) -> id([]) * 2;
t(4) -> id({}) - id(1);
t(5) -> -(id(a));
t(6) -> +(id(a));
t(7) -> id(1) div id(0);
t(8) -> id(1) rem id(0);
t(9) -> id(1) / id(0);
t(10) -> id(1.0) / id(0.0);
t(11) -> id(1.0) div id(1);
t(12) -> id(5) rem id(2.0);
t(13) -> id(1.5) band id(1);
t(14) -> bnot id(1.0);
t(15) -> id(1) bsl id(1.0);
t(16) -> id(1) bsr id(a);
t(17) -> id(1.0e308) * id(10);
t(18) -> id(1.0e308) + id(1.0e308);
t(19) -> id(-1.0e308) - id(1.0e308);
t(20) -> id(1 bsl 2000) * id(1.0);
t(21) -> id(1 bsl 2000) / id(2);
t(22) -> abs(id(a)).
