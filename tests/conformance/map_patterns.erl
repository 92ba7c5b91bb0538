%% Maps in patterns, heads and guards; nested and with bound keys.
-module(map_patterns).
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

t(1) -> [f(id(M)) || M <- [#{a => 1}, #{a => 2, b => 3}, #{{k} => v}, #{}, [], #{1 => x}, #{1.0 => x}]];
t(2) -> begin K = id(k), #{K := V} = id(#{k => 5}), V end;
t(3) -> begin #{x := #{y := [H | _]}} = id(#{x => #{y => [1]}}), H end;
t(4) -> #{k := _} = id(#{});
t(5) -> (id(#{a => 1}))#{a := 2} =:= #{a => 2};
t(6) -> (id(#{a => 1}))#{b := 2};
t(7) -> (id([]))#{b => 2}.

f(#{a := 1}) -> one;
f(#{a := A, b := B}) when A < B -> less;
f(#{{k} := V}) -> V;
f(#{1 := _}) -> integer;
f(#{1.0 := _}) -> float;
f(M) when M =:= #{} -> empty;
f(_) -> other.
