-module(ets_give_away_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

receiver() ->
    Self = self(),
    spawn_monitor(fun() ->
        receive {'ETS-TRANSFER', T, From, Data} ->
            Self ! {got, self(), T, From =:= Self, Data, ets:info(T, owner) =:= self(), ets:tab2list(T)},
            receive stop -> ok end
        end
    end).

start() ->
    [t({Y, N}, fun() ->
        {P, R} = receiver(),
        T = ets:new(ets_give_away, [Y | N]),
        ets:insert(T, {a, <<1:2000>>}),
        true = ets:give_away(T, P, {gift, [1, 2, 3]}),
        Got = receive {got, P, T, From, Data, Owner, L} -> {From, Data, Owner, L =:= [{a, <<1:2000>>}]} end,
        Mine = try ets:insert(T, {b}) catch C:E -> {C, E} end,
        P ! stop,
        receive {'DOWN', R, process, P, normal} -> ok end,
        {Got, Mine, ets:info(T)}
    end) || Y <- [set, ordered_set, bag, duplicate_bag], N <- [[], [named_table]]],
    T = ets:new(t, [public]),
    {P, R} = receiver(),
    t(self, fun() -> ets:give_away(T, self(), x) end),
    [t(bad, fun() -> ets:give_away(T, X, x) end) || X <- [foo, 1, "x", {P}]],
    [t({bad_table, X}, fun() -> ets:give_away(X, P, x) end) || X <- [ets_give_away_none, 1, {t}]],
    t(not_owner, fun() ->
        {Q, M} = spawn_monitor(fun() -> exit(try ets:give_away(T, P, x) catch C:E -> {C, E} end) end),
        receive {'DOWN', M, process, Q, X} -> X end
    end),
    t(dead, fun() ->
        {Q, M} = spawn_monitor(fun() -> ok end),
        receive {'DOWN', M, process, Q, _} -> ok end,
        ets:give_away(T, Q, x)
    end),
    t(fixed, fun() ->
        ets:insert(T, [{I} || I <- lists:seq(1, 10)]),
        ets:safe_fixtable(T, true),
        ets:delete(T, 5),
        ets:give_away(T, P, x),
        receive {got, P, T, true, x, true, L} -> ok end,
        A = ets:info(T, fixed),
        P ! stop,
        receive {'DOWN', R, process, P, normal} -> ok end,
        {length(L), A, ets:info(T)}
    end),
    ok.
