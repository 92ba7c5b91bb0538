-module(ets_heir_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

flush() -> receive M -> [M | flush()] after 0 -> [] end.

%% A process that makes tables and dies when it is told to.
owner(F) ->
    Self = self(),
    {P, R} = spawn_monitor(fun() -> Self ! {made, F()}, receive {stop, Why} -> exit(Why) end end),
    receive {made, X} -> {P, R, X} end.

stop({P, R, _}, Why) ->
    P ! {stop, Why},
    receive {'DOWN', R, process, P, Why} -> ok end.

start() ->
    Self = self(),
    [t({Y, Why}, fun() ->
        O = {P, _, T} = owner(fun() -> T = ets:new(t, [Y, {heir, Self, {data, [1, 2], <<0:800>>}}]), ets:insert(T, {a, 1}), T end),
        Before = flush(),
        stop(O, Why),
        [{'ETS-TRANSFER', T2, From, Data}] = flush(),
        R = {Before, T2 =:= T, From =:= P, Data =:= {data, [1, 2], <<0:800>>}, ets:info(T, owner) =:= Self, ets:lookup(T, a),
            ets:info(T, heir) =:= Self},
        ets:insert(T, {b, 2}),
        {R, lists:sort(ets:tab2list(T)), ets:delete(T)}
    end) || Y <- [set, ordered_set, bag, duplicate_bag], Why <- [normal, bad]],
    t(named, fun() ->
        O = owner(fun() -> ets:new(ets_heir_named, [named_table, {heir, Self, x}]) end),
        stop(O, normal),
        [{'ETS-TRANSFER', N, _, x}] = flush(),
        {N, ets:info(N, owner) =:= Self, ets:delete(N)}
    end),
    t(several, fun() ->
        O = owner(fun() -> [ets:new(t, [{heir, Self, I}]) || I <- lists:seq(1, 5)] end),
        stop(O, normal),
        Ms = flush(),
        {[D || {'ETS-TRANSFER', _, _, D} <- Ms], [T || {'ETS-TRANSFER', T, _, _} <- Ms] =:= element(3, O)}
    end),
    t(before_down, fun() ->
        Self2 = self(),
        P = spawn(fun() -> ets:new(t, [{heir, Self2, x}]), receive stop -> ok end end),
        R = monitor(process, P),
        P ! stop,
        receive A -> ok end,
        receive B -> ok end,
        {element(1, A), element(1, B), element(2, B) =:= R}
    end),
    t(dead_heir, fun() ->
        {H, R} = spawn_monitor(fun() -> ok end),
        receive {'DOWN', R, _, _, _} -> ok end,
        O = {_, _, T} = owner(fun() -> ets:new(t, [{heir, H, x}]) end),
        stop(O, normal),
        {flush(), ets:info(T)}
    end),
    t(own_heir, fun() ->
        O = {_, _, T} = owner(fun() -> ets:new(t, [{heir, self(), x}]) end),
        stop(O, normal),
        {flush(), ets:info(T)}
    end),
    t(no_heir_any_more, fun() ->
        O = {_, _, T} = owner(fun() -> T = ets:new(t, [{heir, Self, x}]), ets:setopts(T, {heir, none}), T end),
        stop(O, normal),
        {flush(), ets:info(T)}
    end),
    t(other_heir, fun() ->
        O = {_, _, T} = owner(fun() -> T = ets:new(t, []), ets:setopts(T, [{heir, Self, set_later}]), T end),
        stop(O, normal),
        [{'ETS-TRANSFER', T, _, D}] = flush(),
        D
    end),
    t(chain, fun() ->
        Heir = {HP, _, _} = owner(fun() -> none end),
        O = {_, _, T} = owner(fun() -> ets:new(t, [public, {heir, HP, x}]) end),
        stop(O, normal),
        A = ets:info(T, owner) =:= HP,
        stop(Heir, normal),
        {A, ets:info(T)}
    end),
    t(linked_heir_dies_too, fun() ->
        {P, R} = spawn_monitor(fun() ->
            Me = self(),
            spawn_link(fun() -> Self ! {table, ets:new(t, [{heir, Me, x}])}, receive stop -> exit(bad) end end) ! {},
            receive never -> ok end
        end),
        T = receive {table, X} -> X end,
        exit(ets:info(T, owner), bad),
        receive {'DOWN', R, process, P, Why} -> ok end,
        {Why, ets:info(T)}
    end),
    t(waiting_heir, fun() ->
        {P, R} = spawn_monitor(fun() ->
            receive {'ETS-TRANSFER', T, _, D} -> exit({got, D, ets:tab2list(T), ets:info(T, owner) =:= self()}) end end),
        O = owner(fun() -> T = ets:new(t, [{heir, P, hello}]), ets:insert(T, {k}), T end),
        stop(O, shutdown),
        receive {'DOWN', R, process, P, Why} -> Why end
    end),
    ok.
