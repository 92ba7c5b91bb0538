%% What ets:info tells of each item after each change of a table.
-module(ets_info_changes_lib).
-export([start/0]).

start() ->
    Steps = [fun(T) -> ets:insert(T, {a, 1}) end, fun(T) -> ets:insert(T, [{K, K} || K <- lists:seq(1, 300)]) end, fun(T) -> ets:insert(T, {a, 1}) end, fun(T) -> ets:insert(T, {a, 2}) end, fun(T) -> ets:delete(T, 5) end,
             fun(T) -> ets:safe_fixtable(T, true) end, fun(T) -> ets:delete(T, 6) end, fun(T) -> ets:insert(T, {6, 6}) end, fun(T) -> ets:safe_fixtable(T, false) end, fun(T) -> ets:rename(T, ets_info_changes_b) =:= T end,
             fun(T) -> ets:setopts(T, {heir, self(), x}) end, fun(T) -> ets:setopts(T, {heir, none}) end, fun(T) -> ets:delete_all_objects(T) end, fun(T) -> ets:setopts(T, {protection, private}) end,
             fun(T) -> ets:delete(T) end],
    [run(Options, Steps) || Options <- [[], [ordered_set], [bag, public], [duplicate_bag, private], [named_table], [named_table, ordered_set, {keypos, 2}, public], [compressed, {write_concurrency, true}], [{read_concurrency, true}, {decentralized_counters, true}]]],
    ok.

run(Options, Steps) ->
    T = ets:new(ets_info_changes_a, Options),
    erlang:display({Options, new, told(T)}),
    Count = length(Steps),
    lists:foldl(fun(F, {N, At, Last}) ->
        R = F(At),
        %% A name that was changed is the way to a table that had one.
        Now = case is_atom(At) andalso ets:whereis(ets_info_changes_b) =/= undefined of true -> ets_info_changes_b; false -> At end,
        Told = told(Now),
        erlang:display({N, Count, case R of _ when is_atom(R) -> R; _ -> other end, [X || X <- Told, not lists:member(X, Last)], memory(Now)}),
        {N + 1, Now, Told}
    end, {1, T, []}, Steps).

told(T) ->
    Me = self(), Node = node(),
    [{I, try ets:info(T, I) of
             Me -> me;
             Node -> node;
             R when is_reference(R) -> R =:= T orelse reference;
             {{_, _, _}, Ps} -> {fixed, [{P =:= Me, N} || {P, N} <- Ps]};
             {Time, Ps} when is_integer(Time) -> {fixed, [{P =:= Me, N} || {P, N} <- Ps]};
             X -> X
         catch C:E -> {C, E} end}
     || I <- [size, name, named_table, type, keypos, protection, owner, heir, node, compressed, fixed, safe_fixed, safe_fixed_monotonic_time, read_concurrency, id, no_such_item, 1]].

%% More than before, or not known.
memory(T) -> case ets:info(T, memory) of M when is_integer(M), M > 0 -> some; X -> X end.
