-module(tables).
-export([start/0]).

%% Bytes in use are the same after as before many rounds of what makes and drops tables, and what is in them. The first
%% rounds are not counted: they intern atoms, and lists of the machine grow to the size that they keep.
start() ->
    Kinds = [set, ordered_set, bag, duplicate_bag],
    round_trip(tables, fun(I) -> ets:delete(filled(lists_nth(1 + I rem 4, Kinds), 3)) end, 100000),
    round_trip(named, fun(_) -> tables_named = ets:new(tables_named, [named_table]), ets:delete(tables_named) end, 20000),
    [begin
        T = ets:new(t, [K, public]),
        round_trip({objects, K}, fun(I) -> ets:insert(T, {I, <<0:4000>>, [I]}), ets:delete(T, I) end, 20000, T),
        round_trip({replaced, K}, fun(I) -> ets:insert(T, {k, binary:copy(<<I:32>>, 100)}), ets:delete(T, k) end, 20000, T),
        round_trip({filled, K}, fun(_) -> fill(T, 300), ets:match_delete(T, '_') end, 30, T),
        round_trip({fixed, K}, fun(_) -> ets:safe_fixtable(T, true), fill(T, 20), ets:match_delete(T, '_'), ets:safe_fixtable(T, false) end, 1000, T),
        round_trip({selected, K}, fun(_) -> fill(T, 20), 20 = ets:select_delete(T, [{'_', [], [true]}]) end, 1000, T),
        ets:delete(T)
    end || K <- Kinds],
    round_trip(owners, fun(I) ->
        {P, R} = spawn_monitor(fun() -> filled(lists_nth(1 + I rem 4, Kinds), 10), filled(set, 1), ets:safe_fixtable(filled(bag, 3), true), exit(done) end),
        receive {'DOWN', R, process, P, done} -> ok end
    end, 10000),
    Self = self(),
    round_trip(heirs, fun(I) ->
        {P, R} = spawn_monitor(fun() -> fill(ets:new(t, [set, {heir, Self, {I, <<0:4000>>}}]), 3) end),
        T = receive {'ETS-TRANSFER', X, P, {I, <<0:4000>>}} -> X end,
        receive {'DOWN', R, process, P, normal} -> ok end,
        ets:delete(T)
    end, 5000),
    round_trip(given, fun(_) ->
        {P, R} = spawn_monitor(fun() -> receive {'ETS-TRANSFER', _, _, _} -> ok end end),
        ets:give_away(filled(ordered_set, 3), P, x),
        receive {'DOWN', R, process, P, normal} -> ok end
    end, 5000),
    round_trip(persistent, fun(I) -> persistent_term:put(I, {I, <<0:4000>>}), persistent_term:put(I, changed), persistent_term:erase(I) end, 20000),
    round_trip(atomics, fun(I) -> A = atomics:new(10, []), atomics:put(A, 1, I), I = atomics:get(A, 1) end, 100000),
    round_trip(counters, fun(_) -> C = counters:new(10, []), counters:add(C, 1, 1) end, 20000),
    round_trip(atomics_passed, fun(_) -> A = atomics:new(10, []), {P, R} = spawn_monitor(fun() -> atomics:add(A, 1, 1) end),
        receive {'DOWN', R, process, P, normal} -> ok end end, 5000),
    round_trip(specifications, fun(_) -> ets:match_spec_compile([{{'$1', '_'}, [{'>', '$1', 1}], ['$_']}]) end, 20000),
    ok.

lists_nth(1, [X | _]) -> X;
lists_nth(N, [_ | L]) -> lists_nth(N - 1, L).

filled(K, N) -> T = ets:new(t, [K]), fill(T, N), T.

fill(_, 0) -> ok;
fill(T, N) -> ets:insert(T, {N, [N, "some text"], <<N:1000>>}), fill(T, N - 1).

round_trip(What, F, N) -> round_trip(What, F, N, none).

round_trip(What, F, N, T) ->
    rounds(F, min(N, 500)),
    A = used(T),
    rounds(F, N),
    B = used(T),
    %% The fun lives as long as it is measured.
    rounds(F, 0),
    case B of
        A -> ok;
        _ -> exit({What, A, B})
    end.

rounds(_, 0) -> ok;
rounds(F, I) -> F(I), rounds(F, I - 1).

%% What is kept of an empty table does not count. A collection leaves a heap of the size that it had; the one after that
%% of the size of what lives.
used(none) -> erlang:garbage_collect(), erlang:garbage_collect(), erlang:memory(total);
used(T) -> ets:delete_all_objects(T), used(none).
