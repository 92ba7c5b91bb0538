-module(ets_info_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

start() ->
    T = ets:new(ets_info_table, [named_table, bag, {keypos, 2}, public]),
    ets:insert(T, [{1, a}, {2, a}, {1, b}]),
    Stable = fun(L) -> [case K of
        id -> {K, V =:= ets:whereis(ets_info_table)}; memory -> {K, is_integer(V) andalso V > 0};
        owner -> {K, V =:= self()}; _ -> {K, V} end || {K, V} <- L] end,
    t(all, fun() -> Stable(ets:info(T)) end),
    t(by_reference, fun() -> ets:info(ets:whereis(T)) =:= ets:info(T) end),
    t(each, fun() -> [ets:info(T, K) =:= V || {K, V} <- ets:info(T)] end),
    t(others, fun() -> [ets:info(T, K) || K <- [fixed, safe_fixed, safe_fixed_monotonic_time, binary]] end),
    [t({bad, K}, fun() -> ets:info(T, K) end) || K <- [foo, 1, "size", {size}, [], a_very_long_name_that_no_item_can_have_since_it_is_too_long]],
    [t({no_table, N}, fun() -> {ets:info(N), ets:info(N, size), ets:info(N, foo)} end) || N <- [ets_info_none, true]],
    [t({no_name, N}, fun() -> ets:info(N) end) || N <- [1, "a", {a}, <<>>]],
    [t({no_name_2, N}, fun() -> ets:info(N, size) end) || N <- [1, "a", {a}, <<>>]],
    t(reference, fun() -> ets:info(make_ref()) end),
    t(grows, fun() ->
        S = ets:new(s, []),
        A = ets:info(S, memory),
        ets:insert(S, [{I, lists:seq(1, 20)} || I <- lists:seq(1, 100)]),
        B = ets:info(S, memory),
        ets:delete_all_objects(S),
        C = ets:info(S, memory),
        {B > A + 2000, C < B, ets:info(S, size)}
    end),
    [t({size, Y}, fun() ->
        S = ets:new(s, [Y]),
        ets:insert(S, [{I rem 10, I rem 3} || I <- lists:seq(1, 60)]),
        A = ets:info(S, size),
        ets:delete(S, 3),
        {A, ets:info(S, size)}
    end) || Y <- [set, ordered_set, bag, duplicate_bag]],
    t(heir, fun() ->
        P = spawn(fun() -> receive stop -> ok end end),
        S = ets:new(s, [{heir, P, data}]),
        A = ets:info(S, heir) =:= P,
        R = monitor(process, P),
        P ! stop,
        receive {'DOWN', R, _, _, _} -> ok end,
        {A, ets:info(S, heir) =:= P}
    end),
    ok.
