%% Binaries: match, with edges and wrong arguments.
-module(binary_match).
-export([start/0, id/1]).

start() ->
    run(1, 6).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) ->
    [binary:match(id(<<"abcabcd">>), P) || P <- [<<"bc">>, <<"x">>, <<"abcd">>, [<<"c">>, <<"bc">>], <<"abcabcdx">>]];
t(2) -> [binary:matches(id(<<"aaaa">>), P) || P <- [<<"a">>, <<"aa">>, <<"b">>]];
t(3) -> binary:match(id(<<"a">>), <<>>);
t(4) -> binary:match(id(<<"a">>), []);
t(5) -> binary:match(id(<<"abab">>), <<"b">>, [{scope, {2, 2}}]);
t(6) -> binary:match(id(a), <<"a">>).
