%% exit/2, link and their like with wrong arguments; exit/1 with every term, caught and not.
-module(proc_exit2_errors).
-export([start/0]).

start() ->
    [erlang:display({exit2, W, try exit(W, x) catch C:R -> {C, R} end}) || W <- [a, 1, "p", [], {}, <<"b">>, 1.5]],
    [erlang:display({exit1, try exit(X) catch C:R -> {C, R} end, catch exit(X), try exit(X) catch exit:X -> same end}) || X <- [a, 1, "p", [], {}, {'EXIT', x}, 'EXIT', normal]],
    [erlang:display({error1, try error(X) catch C:R -> {C, R} end, case catch error(X) of {'EXIT', {R2, [_ | _]}} -> R2 end}) || X <- [a, {b, c}, [], normal]],
    [erlang:display({throw1, try throw(X) catch C:R -> {C, R} end, catch throw(X)}) || X <- [a, {b, c}, [], normal, {'EXIT', y}]],
    {P, Ref} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', Ref, _, _, _} -> ok end,
    erlang:display({dead, exit(P, x), exit(P, kill), exit(P, normal), P ! hello, erlang:send(P, hi), erlang:send(P, hi, [nosuspend, noconnect])}),
    ok.
