%% Literal bytes, strings and bound values in patterns.
-module(bitmatch_literals).
-export([start/0, id/1]).

start() ->
    run(1, 3).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [f(id(B)) || B <- [<<"abc", 1>>, <<"abd">>, <<"ab">>, <<1:1, "ab">>, <<0, 255>>, <<>>]];
t(2) -> begin X = id(2), case id(<<1, 2>>) of <<_, X>> -> same; _ -> other end end;
t(3) -> begin X = id(258), case id(<<1, 2>>) of <<X:16>> -> same; _ -> other end end.

f(<<"abc", R/binary>>) -> {abc, R};
f(<<"ab", X>>) -> {ab, X};
f(<<"ab">>) -> ab;
f(<<1:1, R/bits>>) -> {one, R};
f(<<0, -1/signed>>) -> minus_one;
f(<<>>) -> empty.
