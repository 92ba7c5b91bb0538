%% Public tables that many processes change at once: nothing is lost, one wins where one can win, in every kind of table and with every option.
-module(ets_shared_lib).
-export([start/0]).

start() ->
    [begin
         T = ets:new(t, [Type, public | Options]),
         erlang:display({Type, Options, Name, F(T, Type)}),
         ets:delete(T)
     end || Type <- [set, ordered_set, bag, duplicate_bag],
            Options <- [[], [{write_concurrency, true}], [{read_concurrency, true}], [{write_concurrency, true}, {read_concurrency, true}, {decentralized_counters, true}], [compressed], [{write_concurrency, auto}]],
            {Name, F} <- ways()],
    ok.

ways() ->
    [{counter, fun(T, Type) when Type =:= set; Type =:= ordered_set -> ets:insert(T, {c, 0}), all(10, fun(N) -> [ets:update_counter(T, c, N) || _ <- lists:seq(1, 20)] end), ets:lookup(T, c);
                  (_, _) -> none end},
     {first_wins, fun(T, _) -> Won = [W || W <- all(10, fun(N) -> ets:insert_new(T, {k, N}) end), W], {length(Won), length(ets:lookup(T, k))} end},
     {takes, fun(T, _) -> ets:insert(T, [{K} || K <- lists:seq(1, 50)]), Got = lists:append(all(5, fun(_) -> [O || K <- lists:seq(1, 50), O <- ets:take(T, K)] end)), {lists:sort(Got) =:= [{K} || K <- lists:seq(1, 50)], ets:info(T, size)} end},
     {own_keys, fun(T, _) -> all(8, fun(N) -> [ets:insert(T, {{N, K}, K}) || K <- lists:seq(1, 30)], [ets:delete(T, {N, K}) || K <- lists:seq(1, 30, 2)] end),
                             {ets:info(T, size), lists:sort(ets:match(T, {{3, '$1'}, '_'})) =:= [[K] || K <- lists:seq(2, 30, 2)]} end},
     {same_keys, fun(T, _) -> all(8, fun(N) -> [ets:insert(T, {K, N}) || K <- lists:seq(1, 10)] end), {ets:info(T, size), length(lists:usort(ets:select(T, [{{'$1', '_'}, [], ['$1']}])))} end},
     {selects, fun(T, _) -> ets:insert(T, [{K, K rem 3} || K <- lists:seq(1, 90)]), {lists:usort(all(5, fun(N) -> ets:select_count(T, [{{'_', N rem 3}, [], [true]}]) end)), lists:sum(all(3, fun(N) -> ets:select_delete(T, [{{'_', N - 1}, [], [true]}]) end)), ets:info(T, size)} end},
     {killed, fun(T, _) -> P = spawn(fun() -> fill(T, 0) end), wait(T, 50), exit(P, kill), R = monitor(process, P), receive {'DOWN', R, _, _, _} -> ok end,
                           N = ets:info(T, size), {lists:sort(ets:select(T, [{{'$1'}, [], ['$1']}])) =:= lists:seq(0, N - 1), N >= 50} end}].

fill(T, N) -> ets:insert(T, {N}), fill(T, N + 1).
wait(T, N) -> case ets:info(T, size) of S when S >= N -> ok; _ -> erlang:yield(), wait(T, N) end.

all(N, F) ->
    Ps = [spawn_monitor(fun() -> exit({result, F(K)}) end) || K <- lists:seq(1, N)],
    [receive {'DOWN', R, process, P, {result, X}} -> X end || {P, R} <- Ps].
