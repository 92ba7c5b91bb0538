%% put, get, erase and get_keys.
-module(process_dictionary).
-export([start/0, id/1]).

start() ->
    run(1, 14).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> put(a, id(1));
t(2) -> put(a, id(2));
t(3) -> get(a);
t(4) -> get(id(b));
t(5) -> put({k, [1]}, <<1>>);
t(6) -> get({k, [1]});
t(7) -> put(1, one);
t(8) -> get(1.0);
t(9) -> get_keys(one);
t(10) -> erase(a);
t(11) -> erase(a);
t(12) -> get(a);
t(13) -> begin Self = self(), spawn(fun() -> Self ! {r, get(1)} end), receive {r, V} -> V end end;
t(14) -> length(get()).
