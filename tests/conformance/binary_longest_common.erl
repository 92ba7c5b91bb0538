%% Binaries: longest common, with edges and wrong arguments.
-module(binary_longest_common).
-export([start/0, id/1]).

start() ->
    run(1, 4).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [binary:longest_common_prefix(L) || L <- [id([<<"abc">>, <<"abd">>]), [<<"a">>], [<<>>, <<"a">>]]];
t(2) -> [binary:longest_common_suffix(L) || L <- [id([<<"xbc">>, <<"abc">>]), [<<"a">>]]];
t(3) -> binary:longest_common_prefix(id([]));
t(4) -> binary:longest_common_prefix(id([a])).
