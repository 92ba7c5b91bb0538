%% Continuations of select and match, while the table is changed, renamed, given away or deleted between two parts, and in another process.
-module(ets_continuations_lib).
-export([start/0]).

start() ->
    [erlang:display({Type, Way, What, Limit, tried(fun() -> run(Type, Way, What, Limit) end)})
     || Type <- [set, ordered_set, bag, duplicate_bag], Way <- [select, match, match_object, select_reverse], Limit <- [1, 4, 10, 11],
        What <- [nothing, delete_got, delete_rest, insert_got, rename, drop, delete_all, other_process, twice, repaired, stored, owner_dies, given_away]],
    ok.

run(Type, Way, What, Limit) ->
    Me = self(),
    {Owner, R} = spawn_monitor(fun() ->
        T = ets:new(ets_continuations, [Type, public, named_table]),
        ets:insert(T, [{K, K} || K <- lists:seq(1, 10)]),
        Me ! {table, T},
        loop()
    end),
    T = receive {table, X} -> X end,
    What =/= drop andalso ets:safe_fixtable(T, true),
    First = first(Way, T, Limit),
    Result = case First of
                 {L, C} ->
                     C2 = change(What, T, Owner, keys(Way, L), C),
                     Rest = case What of
                                other_process -> ask(Owner, fun() -> tried(fun() -> rest(Way, C2) end) end);
                                twice -> A = rest(Way, C2), B = rest(Way, C2), {sorted(keys(Way, A)) =:= sorted(keys(Way, B)), length(A)};
                                _ -> tried(fun() -> rest(Way, C2) end)
                            end,
                     {length(L), case Rest of
                                     _ when is_list(Rest) -> Ks = keys(Way, L) ++ keys(Way, Rest), {length(Ks), case Type of ordered_set -> Ks; _ when length(Ks) =:= 10 -> sorted(Ks); _ -> some end};
                                     _ -> Rest
                                 end};
                 End -> End
             end,
    exit(Owner, kill),
    receive {'DOWN', R, _, _, _} -> ok end,
    tried(fun() -> ets:delete(T) end),
    tried(fun() -> ets:delete(ets_continuations_renamed) end),
    flush(),
    Result.

first(select, T, N) -> ets:select(T, [{{'$1', '_'}, [], ['$1']}], N);
first(select_reverse, T, N) -> ets:select_reverse(T, [{{'$1', '_'}, [], ['$1']}], N);
first(match, T, N) -> ets:match(T, {'$1', '_'}, N);
first(match_object, T, N) -> ets:match_object(T, {'_', '_'}, N).

next(select, C) -> ets:select(C);
next(select_reverse, C) -> ets:select_reverse(C);
next(match, C) -> ets:match(C);
next(match_object, C) -> ets:match_object(C).

rest(Way, C) ->
    case next(Way, C) of
        '$end_of_table' -> [];
        {L, C2} -> L ++ rest(Way, C2)
    end.

keys(match, L) -> [K || [K] <- L];
keys(match_object, L) -> [K || {K, _} <- L];
keys(_, L) -> L.

change(nothing, _, _, _, C) -> C;
change(delete_got, T, _, Ks, C) -> [ets:delete(T, K) || K <- Ks], C;
change(delete_rest, T, _, Ks, C) -> [ets:delete(T, K) || K <- lists:seq(1, 10), not lists:member(K, Ks)], C;
change(insert_got, T, _, Ks, C) -> [ets:insert(T, {K, K}) || K <- Ks], C;
change(rename, T, _, _, C) -> ets:rename(T, ets_continuations_renamed), C;
change(drop, T, _, _, C) -> ets:delete(T), C;
change(delete_all, T, _, _, C) -> ets:delete_all_objects(T), C;
change(repaired, _, _, _, C) -> ets:repair_continuation(C, [{{'$1', '_'}, [], ['$1']}]);
change(stored, _, _, _, C) -> put(stored, {C, [C]}), erlang:garbage_collect(), {C2, _} = erase(stored), C2;
change(owner_dies, T, Owner, _, C) -> exit(Owner, kill), wait_gone(T), C;
change(given_away, T, Owner, _, C) -> Me = self(), ask(Owner, fun() -> ets:give_away(T, Me, x) end), C;
change(_, _, _, _, C) -> C.

wait_gone(T) -> case ets:info(T) of undefined -> ok; _ -> erlang:yield(), wait_gone(T) end.

ask(P, F) -> P ! {self(), F}, receive {P, R} -> R end.
loop() -> receive {From, F} -> From ! {self(), F()}, loop() end.

sorted(L) -> lists:sort(L).
tried(F) -> try F() catch C:R -> {C, R} end.
flush() -> receive _ -> flush() after 0 -> ok end.
