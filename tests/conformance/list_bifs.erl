%% hd, tl, length, ++, --, reverse, member of proper and improper lists.
-module(list_bifs).
-export([start/0, id/1]).

start() ->
    run(1, 13).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [{hd(L), tl(L)} || L <- [id([1]), [1, 2], [1 | 2], "ab"]];
t(2) -> id([1, 2]) ++ id(b);
t(3) -> id([]) ++ id(b);
t(4) -> id([1, 2, 3, 2, 1]) -- id([2, 1]);
t(5) -> id([1, 2.0, 1.0]) -- id([1.0, 2]);
t(6) -> id([]) -- id([a]);
t(7) -> lists:reverse(id([1, 2, 3]), []);
t(8) -> lists:reverse(id([1, 2]), id(tail));
t(9) -> lists:reverse(id([1 | 2]), []);
t(10) -> lists:member(id(1.0), id([1, 1.0]));
t(11) -> lists:member(id(a), id([b | a]));
t(12) -> lists:member(id(a), id([a | b]));
t(13) -> length(id([[], [1]])).
