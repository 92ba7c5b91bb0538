-module(ets_fix_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

state(T) ->
    F = case ets:info(T, safe_fixed) of
        false -> false;
        {{A, B, C}, L} when is_integer(A), is_integer(B), is_integer(C) -> [{P =:= self(), N} || {P, N} <- L]
    end,
    M = case ets:info(T, safe_fixed_monotonic_time) of
        false -> false;
        {Time, Ps} when is_integer(Time) -> length(Ps)
    end,
    {ets:info(T, fixed), F, M}.

start() ->
    [begin
        T = ets:new(t, [Y, public]),
        t({Y, new}, fun() -> state(T) end),
        t({Y, once}, fun() -> {ets:safe_fixtable(T, true), state(T)} end),
        t({Y, twice}, fun() -> {ets:safe_fixtable(T, true), state(T)} end),
        t({Y, less}, fun() -> {ets:safe_fixtable(T, false), state(T)} end),
        t({Y, none}, fun() -> {ets:safe_fixtable(T, false), state(T)} end),
        t({Y, below}, fun() -> {ets:safe_fixtable(T, false), state(T)} end),
        [t({Y, bad, X}, fun() -> ets:safe_fixtable(T, X) end) || X <- [a, 1, [], "true"]],
        Self = self(),
        Holder = fun() ->
            ets:safe_fixtable(T, true), ets:safe_fixtable(T, true), Self ! {fixed, self()},
            receive {stop, How} -> exit(How) end
        end,
        Ps = [spawn_monitor(Holder) || _ <- [1, 2, 3]],
        [receive {fixed, P} -> ok end || {P, _} <- Ps],
        t({Y, three}, fun() ->
            {_, L} = ets:info(T, safe_fixed),
            {lists:sort([P || {P, 2} <- L]) =:= lists:sort([P || {P, _} <- Ps]), ets:info(T, fixed)}
        end),
        [begin
            P ! {stop, How},
            receive {'DOWN', R, process, P, How} -> ok end,
            t({Y, How}, fun() -> state(T) end)
        end || {{P, R}, How} <- lists:zip(Ps, [normal, bad, shutdown])],
        t({Y, deleted_while_fixed}, fun() ->
            {P, R} = spawn_monitor(Holder),
            receive {fixed, P} -> ok end,
            ets:delete(T),
            P ! {stop, normal},
            receive {'DOWN', R, process, P, normal} -> ok end,
            ets:info(T)
        end)
    end || Y <- [set, ordered_set, bag, duplicate_bag]],
    ok.
