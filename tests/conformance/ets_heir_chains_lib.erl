%% Tables go from process to process by deaths and by give_away, in chains of every length: who has them, what he is told, who is heir then.
-module(ets_heir_chains_lib).
-export([start/0]).

start() ->
    [erlang:display({Type, Named, Steps, run(Type, Named, Steps)})
     || Type <- [set, ordered_set, bag, duplicate_bag], Named <- [[], [named_table]],
        Steps <- [[{heir, 2}, kill], [{heir, 2}, kill, kill], [{heir, 2}, kill, {heir, 3}, kill], [{heir, 2}, kill, {heir, 3}, kill, {heir, 4}, kill, {heir, 5}, kill], [{give, 2}, {give, 3}, {give, 4}],
                  [{heir, 3}, {give, 2}, kill], [{heir, 2}, {give, 2}, kill], [{heir, 2}, {give, 3}, {heir, none}, kill], [{heir, 2}, {heir, 3}, {heir, 4}, kill], [{give, 2}, {heir, 1}, kill, kill],
                  [{heir, self}, kill], [{heir, self}, {give, 2}, kill], [{heir, 5}, {give, 2}, {give, 3}, {give, 2}, {give, 1}, kill, kill], [{give, self}], [{heir, 2}, exit_normal], [{heir, 2}, {dies, 2}, kill],
                  [{heir, 2}, {dies, 2}, {heir, 3}, kill], [{dies, 2}, {give, 2}], [{heir, 2}, kill, {give, 3}, kill], [{dies, 2}, {heir, 2}, kill]]],
    ok.

run(Type, Named, Steps) ->
    Pids = list_to_tuple([spawn(fun() -> loop([]) end) || _ <- lists:seq(1, 5)]),
    T = ask(element(1, Pids), fun() -> T = ets:new(ets_heir_chains, [Type, public | Named]), ets:insert(T, [{a, 1}, {b, [2]}]), T end),
    R = steps(Steps, T, Pids, 1),
    Left = {catch_it(fun() -> lists:sort(ets:tab2list(T)) end), ets:whereis(ets_heir_chains) =/= undefined},
    [stop(P, kill) || P <- tuple_to_list(Pids)],
    {R, Left, ets:info(T)}.

steps([], _, _, _) -> [];
steps([S | Rest], T, Pids, N) ->
    Owner = case ets:info(T, owner) of undefined -> none; O -> O end,
    Result = case S of
                 _ when Owner =:= none -> no_table;
                 {heir, none} -> ask(Owner, fun() -> ets:setopts(T, {heir, none}) end);
                 {heir, self} -> ask(Owner, fun() -> ets:setopts(T, {heir, self(), {data, N}}) end);
                 {heir, K} -> ask(Owner, fun() -> ets:setopts(T, {heir, element(K, Pids), {data, N}}) end);
                 {give, self} -> ask(Owner, fun() -> ets:give_away(T, self(), {gift, N}) end);
                 {give, K} -> ask(Owner, fun() -> ets:give_away(T, element(K, Pids), {gift, N}) end);
                 {dies, K} -> stop(element(K, Pids), kill);
                 kill -> stop(Owner, kill);
                 exit_normal -> stop(Owner, normal)
             end,
    New = ets:info(T, owner),
    Told = case New of undefined -> none; _ -> [{index(From, Pids), X} || {'ETS-TRANSFER', U, From, X} <- ask(New, got), U =:= T] end,
    [{S, Result, index(New, Pids), index(ets:info(T, heir), Pids), Told, ets:info(T, size)} | steps(Rest, T, Pids, N + 1)].

index(P, Pids) when is_pid(P) -> index(P, Pids, 1);
index(X, _) -> X.
index(P, Pids, K) when element(K, Pids) =:= P -> K;
index(P, Pids, K) -> index(P, Pids, K + 1).

stop(P, normal) -> R = monitor(process, P), P ! stop, receive {'DOWN', R, _, _, W} -> W end;
stop(P, Why) -> R = monitor(process, P), exit(P, Why), receive {'DOWN', R, _, _, W} -> W end.

ask(P, F) -> P ! {self(), F}, receive {P, R} -> R end.

loop(Got) ->
    receive
        {From, got} -> From ! {self(), lists:reverse(Got)}, loop(Got);
        {From, F} when is_function(F, 0) -> From ! {self(), catch_it(F)}, loop(Got);
        {'ETS-TRANSFER', _, _, _} = M -> loop([M | Got]);
        stop -> ok
    end.

catch_it(F) -> try F() catch C:E -> {C, E} end.
