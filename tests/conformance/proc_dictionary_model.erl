%% put, get, erase and get_keys in random order with keys of every kind: each answer is what a map would give.
-module(proc_dictionary_model).
-export([start/0]).

start() ->
    [spawned(Seed, Collect) || Seed <- [5, 6, 7, 8], Collect <- [false, true]],
    ok.

spawned(Seed, Collect) ->
    {P, R} = spawn_monitor(fun() -> exit(run(Seed, 400, #{}, Collect)) end),
    receive {'DOWN', R, process, P, Result} -> erlang:display({Seed, Collect, Result}) end.

next(S) -> (S * 1103515245 + 12345) band 16#7fffffff.

key(K) ->
    case K rem 8 of
        0 -> K;
        1 -> K * 1.0;
        2 -> {key, K};
        3 -> [K];
        4 -> <<K>>;
        5 -> #{K => K};
        6 -> K bsl 70;
        7 -> element(K rem 5 + 1, {a, b, c, 'undefined', []})
    end.

run(_, 0, Model, _) ->
    All = get(),
    {length(All), map_size(Model), [X || {K, V} = X <- All, not is_map_key(K, Model) orelse map_get(K, Model) =/= V], length(get_keys()) =:= map_size(Model),
     element(2, process_info(self(), dictionary)) =:= All, length(erase()), get(), erase(), get_keys()};
run(S0, N, Model, Collect) ->
    S1 = next(S0), S = next(S1),
    K = key((S1 bsr 9) rem 60), V = {N, [K]},
    Old = case Model of #{K := O} -> O; _ -> undefined end,
    Collect andalso N rem 40 =:= 0 andalso erlang:garbage_collect(),
    {Result, Now} = case (S bsr 9) rem 5 of
                        X when X < 2 -> {put(K, V), Model#{K => V}};
                        2 -> {get(K), Model};
                        3 -> {erase(K), without(K, Model)};
                        4 -> {case [1 || Key <- get_keys(V), Key =:= K] of [] -> Old; _ -> wrong end, Model}
                    end,
    case Result =:= Old of
        true -> N rem 25 =:= 0 andalso erlang:display({N, K, Result, map_size(Now)});
        false -> erlang:display({different, N, K, Result, Old})
    end,
    run(S, N - 1, Now, Collect).

without(K, Model) -> case Model of #{K := _} -> maps:remove(K, Model); _ -> Model end.
