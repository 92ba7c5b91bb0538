%% try with of: what is protected and what is not.
-module(try_of).
-export([start/0, id/1]).

start() ->
    run(1, 8).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> try id(1) of 1 -> one; _ -> other catch _:_ -> caught end;
t(2) -> try (try id(1) of 1 -> error(inside_of) catch error:_ -> wrong end) catch error:R -> {outer, R} end;
t(3) -> try id(throw(x)) of _ -> wrong catch throw:x -> right end;
t(4) ->
    try throw(id({a, 1})) catch throw:{b, _} -> wrong; throw:{a, N} when N > 5 -> wrong; throw:{a, N} when N < 5 -> {right, N} end;
t(5) -> try (try throw(id(z)) catch throw:y -> wrong; error:z -> wrong end) catch C:R -> {C, R} end;
t(6) -> try id(7) of N when N > 10 -> big; N when N > 5 -> {middle, N}; _ -> small catch _:_ -> caught end;
t(7) -> try exit(id(a)) catch _:_ -> caught_any end;
t(8) -> try error(id(a)) catch a -> as_throw; _:a -> as_any end.
