%% Sorting: long, sorted, reversed and equal lists, stable for keys.
-module(list_sort_lib).
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

t(1) -> lists:sort(numbers(id(1000), 3)) =:= slow(numbers(id(1000), 3));
t(2) -> lists:sort(lists:seq(1, 200)) =:= lists:seq(1, 200);
t(3) -> lists:sort(lists:reverse(lists:seq(1, 200))) =:= lists:seq(1, 200);
t(4) -> lists:keysort(1, [{N rem 3, N} || N <- lists:seq(1, 20)]);
t(5) -> lists:ukeysort(1, [{N rem 3, N} || N <- lists:seq(1, 20)]);
t(6) -> lists:usort([N rem 7 || N <- lists:seq(1, 100)]);
t(7) -> lists:sort([1, 1.0, id(1), 1.0]).

numbers(0, _) -> [];
numbers(N, X) -> Y = (X * 1021 + 7) rem 65521, [Y | numbers(N - 1, Y)].

slow([]) -> [];
slow([H | T]) -> slow([X || X <- T, X < H]) ++ [H] ++ slow([X || X <- T, X >= H]).
