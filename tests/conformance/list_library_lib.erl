%% Functions of lists that are written in Erlang.
-module(list_library_lib).
-export([start/0, id/1]).

start() ->
    run(1, 17).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> lists:map(fun(X) -> X * 2 end, id([1, 2, 3]));
t(2) -> lists:foldl(fun(X, A) -> [X | A] end, [], id([1, 2, 3]));
t(3) -> lists:foldr(fun(X, A) -> [X | A] end, [], id([1, 2, 3]));
t(4) -> lists:sort(id([3, 1.0, 2, a, [], {}, 1, <<>>]));
t(5) -> lists:usort(id([3, 1, 3, 1.0, 1]));
t(6) -> lists:keysort(2, id([{a, 2}, {b, 1}, {c, 2}, {d, 0}]));
t(7) -> lists:sort(fun(A, B) -> A > B end, id([1, 3, 2, 3]));
t(8) -> lists:zip(id([1, 2]), [a, b]);
t(9) -> lists:unzip3(id([{1, a, x}, {2, b, y}]));
t(10) -> lists:seq(1, id(10), 3);
t(11) -> lists:splitwith(fun(X) -> X < 3 end, id([1, 2, 3, 1]));
t(12) -> lists:partition(fun(X) -> X rem 2 =:= 0 end, id([1, 2, 3, 4]));
t(13) -> lists:flatten(id([1, [2, [3, []], 4], [[[5]]]]));
t(14) -> lists:nth(id(4), [1, 2, 3]);
t(15) -> lists:zip(id([1]), id([]));
t(16) -> lists:max(id([1, 2.0, 2]));
t(17) -> lists:merge(id([1, 3, 5]), [2, 3, 4]).
