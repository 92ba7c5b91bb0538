%% The reasons of failed matches, clauses and conditions.
-module(exception_badmatch).
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

t(1) -> {a, _} = id({b, 1});
t(2) -> [_ | _] = id([]);
t(3) -> 1 = id(1.0);
t(4) -> case id(3) of 4 -> ok end;
t(5) -> begin V = id(1), if V =:= 2 -> ok end end;
t(6) -> (fun(a) -> ok end)(id(b));
t(7) -> f(id(1), id(2));
t(8) -> try id(5) of 6 -> ok catch _:_ -> never end;
t(9) -> #{a := _} = id(#{});
t(10) -> <<_:8>> = id(<<1:7>>);
t(11) -> begin X = id(1), X = id(2) end;
t(12) -> begin A = id(a), A = id(b) end.

f(a, _) -> a;
f(_, b) -> b.
