%% Mixed terms sorted by insertion: a total order.
-module(order_sort).
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

t(1) -> sort(values(), []);
t(2) -> sort(sort(values(), []), []);
t(3) -> sort([id({1, a}), {1.0, b}, {1, b}, {1.0, a}], []);
t(4) -> sort([id(<<2>>), <<1:1>>, <<1, 255>>, <<0:9>>, <<>>], []);
t(5) -> sort([id("b"), "ab", "abc", "a", [], [0]], []).

values() ->
    [0, -0.0, 1, 1.0, -1, 1.5, 1 bsl 60, 1.0e30, 1 bsl 100, -(1 bsl 100), a, b, '', {}, {1}, {a, b}, {b}, {1.0}, [], [1], [1 | 2], [1.0],
     [a, b], <<>>, <<1>>, <<1:7>>, <<1, 2>>, #{}, #{a => 1}, #{a => 1.0}, #{b => 0}, #{1 => a}, #{1.0 => a}].

sort([], S) -> S;
sort([V | Rest], S) -> sort(Rest, insert(V, S)).

insert(V, [H | T]) when H < V -> [H | insert(V, T)];
insert(V, S) -> [V | S].
