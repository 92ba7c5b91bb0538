%% register, whereis, unregister, and sending to names.
-module(process_names).
-export([start/0, id/1]).

start() ->
    run(1, 12).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> register(process_names_a, self());
t(2) -> whereis(process_names_a) =:= self();
t(3) -> begin process_names_a ! {hi, 1}, receive M -> M after 0 -> none end end;
t(4) -> register(process_names_a, self());
t(5) -> register(process_names_b, self());
t(6) -> register(id(undefined), self());
t(7) -> register(id("x"), self());
t(8) -> unregister(process_names_a);
t(9) -> unregister(process_names_a);
t(10) -> whereis(process_names_a);
t(11) -> id(process_names_a) ! x;
t(12) -> whereis(id(1)).
