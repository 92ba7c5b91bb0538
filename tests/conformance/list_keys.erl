%% keyfind, keymember and keysearch compare with ==, and pass over what is no such tuple.
-module(list_keys).
-export([start/0, id/1]).

start() ->
    run(1, 11).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> lists:keyfind(id(b), 1, id([{a, 1}, {b, 2}]));
t(2) -> lists:keyfind(id(2), 2, id([{a, 1}, {b, 2.0}]));
t(3) -> lists:keyfind(id(2.0), 2, id([x, {a}, {}, {b, 2}]));
t(4) -> lists:keyfind(id(c), 1, id([]));
t(5) -> lists:keymember(id(a), 1, id([{a}]));
t(6) -> lists:keymember(id(a), 3, id([{a}]));
t(7) -> lists:keysearch(id(a), 1, id([{b}, {a, 1}]));
t(8) -> lists:keysearch(id(x), 1, id([{b}, {a, 1}]));
t(9) -> lists:keyfind(id(a), 0, id([{a}]));
t(10) -> lists:keyfind(id(z), 1, id([{a} | b]));
t(11) -> lists:keyfind(id(z), 1, id(a)).
