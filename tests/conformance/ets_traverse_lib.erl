-module(ets_traverse_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

keys(T, F) -> keys(T, ets:first(T), F).
keys(_, '$end_of_table', _) -> [];
keys(T, K, F) -> F(K), [K | keys(T, ets:next(T, K), F)].

table(Y, N) ->
    T = ets:new(t, [Y, public]),
    ets:insert(T, [{I, I} || I <- lists:seq(1, N)]),
    T.

start() ->
    Types = [set, ordered_set, bag, duplicate_bag],
    [t({plain, Y, N}, fun() -> lists:sort(keys(table(Y, N), fun(_) -> ok end)) =:= lists:seq(1, N) end)
        || Y <- Types, N <- [0, 1, 2, 17, 500]],
    [t({same_back, Y}, fun() ->
        T = table(Y, 30),
        K = ets:first(T),
        case Y of ordered_set -> true; _ -> {ets:first(T) =:= ets:last(T), ets:next(T, K) =:= ets:prev(T, K)} end
    end) || Y <- Types],
    [t({delete_each, Y, N}, fun() ->
        T = table(Y, N),
        ets:safe_fixtable(T, true),
        Ks = keys(T, fun(K) -> ets:delete(T, K) end),
        Size = ets:info(T, size),
        ets:safe_fixtable(T, false),
        {lists:sort(Ks) =:= lists:seq(1, N), Size, ets:info(T, size), ets:first(T), ets:tab2list(T)}
    end) || Y <- Types, N <- [1, 2, 17, 500]],
    [t({delete_odd, Y}, fun() ->
        T = table(Y, 300),
        ets:safe_fixtable(T, true),
        Ks = keys(T, fun(K) when K rem 2 =:= 1 -> ets:delete(T, K); (_) -> ok end),
        ets:safe_fixtable(T, false),
        {lists:sort(Ks) =:= lists:seq(1, 300), lists:sort(ets:tab2list(T)) =:= [{I, I} || I <- lists:seq(2, 300, 2)]}
    end) || Y <- Types],
    [t({replace_each, Y}, fun() ->
        T = table(Y, 300),
        ets:safe_fixtable(T, true),
        Ks = keys(T, fun(K) -> ets:delete(T, K), ets:insert(T, {K, again}) end),
        Size = ets:info(T, size),
        ets:safe_fixtable(T, false),
        {lists:sort(Ks) =:= lists:seq(1, 300), Size, lists:sort(ets:tab2list(T)) =:= [{I, again} || I <- lists:seq(1, 300)]}
    end) || Y <- Types],
    [t({deleted_key, Y}, fun() ->
        T = table(Y, 10),
        ets:safe_fixtable(T, true),
        ets:delete(T, 5),
        Next = is_integer(ets:next(T, 5)) orelse ets:next(T, 5) =:= '$end_of_table',
        Member = ets:member(T, 5),
        Lookup = ets:lookup(T, 5),
        ets:safe_fixtable(T, false),
        After = try is_atom(ets:next(T, 5)) catch C:E -> {C, E} end,
        {Next, Member, Lookup, case Y of ordered_set -> ok; _ -> After end}
    end) || Y <- Types],
    [t({unknown_key, Y}, fun() ->
        T = table(Y, 3),
        [try ets:next(T, K) catch C:E -> {C, E} end || Y =/= ordered_set, K <- [0, a, 4]]
    end) || Y <- Types],
    [t({delete_all_fixed, Y}, fun() ->
        T = table(Y, 50),
        ets:safe_fixtable(T, true),
        K = ets:first(T),
        ets:delete_all_objects(T),
        Size = ets:info(T, size),
        ets:insert(T, [{I, x} || I <- lists:seq(40, 60)]),
        ets:safe_fixtable(T, false),
        {is_integer(K), Size, lists:sort(ets:tab2list(T)) =:= [{I, x} || I <- lists:seq(40, 60)]}
    end) || Y <- Types],
    [t({two_processes, Y}, fun() ->
        T = table(Y, 100),
        Self = self(),
        {P, R} = spawn_monitor(fun() ->
            ets:safe_fixtable(T, true), Self ! ready, receive stop -> ok end end),
        receive ready -> ok end,
        Fixed = ets:info(T, fixed),
        [ets:delete(T, I) || I <- lists:seq(1, 90)],
        Size = ets:info(T, size),
        P ! stop,
        receive {'DOWN', R, process, P, normal} -> ok end,
        {Fixed, Size, ets:info(T, fixed), lists:sort(ets:tab2list(T))}
    end) || Y <- Types],
    ok.
