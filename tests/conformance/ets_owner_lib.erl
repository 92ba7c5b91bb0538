-module(ets_owner_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

start() ->
    Self = self(),
    [t({How, Y}, fun() ->
        {P, R} = spawn_monitor(fun() ->
            T = ets:new(t, [Y, public]),
            N = ets:new(ets_owner_named, [Y, public, named_table]),
            ets:insert(T, [{I, <<I:1000>>} || I <- lists:seq(1, 20)]),
            ets:insert(N, {a}),
            Self ! {tables, T, N},
            receive stop -> case How of return -> ok; _ -> exit(How) end end
        end),
        {T, N} = receive {tables, T0, N0} -> {T0, N0} end,
        Before = {ets:info(T, owner) =:= P, ets:info(N, size), length(ets:lookup(T, 3))},
        case How of killed -> exit(P, kill); _ -> P ! stop end,
        receive {'DOWN', R, process, P, Why} -> ok end,
        {Before, Why, ets:info(T), ets:info(N), ets:whereis(ets_owner_named)}
    end) || Y <- [set, ordered_set, bag, duplicate_bag], How <- [return, normal, bad, shutdown, killed]],
    t(link, fun() ->
        process_flag(trap_exit, true),
        P = spawn_link(fun() -> Self ! {table, ets:new(t, [])}, receive stop -> ok end end),
        T = receive {table, X} -> X end,
        Before = ets:info(T, size),
        P ! stop,
        receive {'EXIT', P, normal} -> ok end,
        {Before, ets:info(T)}
    end),
    t(many_owners, fun() ->
        Ps = [spawn_monitor(fun() ->
            Ts = [ets:new(t, [public]) || _ <- lists:seq(1, I rem 4)],
            [ets:insert(T, {I}) || T <- Ts],
            Self ! {tables, self(), Ts},
            receive stop -> ok end
        end) || I <- lists:seq(1, 40)],
        Ts = [receive {tables, P, X} -> X end || {P, _} <- Ps],
        Size = length(lists:append(Ts)),
        Known = length([T || T <- lists:append(Ts), ets:info(T, size) =:= 1]),
        [begin P ! stop, receive {'DOWN', R, process, P, normal} -> ok end end || {{P, R}, I} <- lists:zip(Ps, lists:seq(1, 40)), I rem 2 =:= 0],
        Left = length([T || T <- lists:append(Ts), ets:info(T) =/= undefined]),
        [begin P ! stop, receive {'DOWN', R, process, P, normal} -> ok end end || {{P, R}, I} <- lists:zip(Ps, lists:seq(1, 40)), I rem 2 =:= 1],
        {Size, Known, Left, [T || T <- lists:append(Ts), ets:info(T) =/= undefined]}
    end),
    t(other_deletes, fun() ->
        {P, R} = spawn_monitor(fun() ->
            Self ! {tables, [ets:new(t, [public]) || _ <- [1, 2, 3]]},
            receive stop -> ok end
        end),
        [A, B, C] = receive {tables, X} -> X end,
        ets:delete(B),
        Middle = [ets:info(T, size) || T <- [A, B, C]],
        ets:delete(A),
        P ! stop,
        receive {'DOWN', R, process, P, normal} -> ok end,
        {Middle, [ets:info(T) || T <- [A, B, C]]}
    end),
    ok.
