%% Comprehensions: binaries.
-module(comprehension_binaries).
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

t(1) -> << <<X>> || X <- id([1, 2, 300]) >>;
t(2) -> << <<X:3>> || X <- id([1, 2, 7]) >>;
t(3) -> << <<X:16/little>> || <<X>> <= id(<<1, 2>>) >>;
t(4) -> << <<X>> || <<X:4>> <= id(<<16#12, 16#34>>) >>;
t(5) -> << <<X/bits>> || <<X:3/bits>> <= id(<<1, 2, 3>>) >>;
t(6) -> << <<X>> || X <- id([a]) >>;
t(7) -> << <<X/utf8>> || X <- id([233, 8364]) >>.
