-module(ets_slot_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

slots(T) -> slots(T, 0).
slots(T, I) ->
    case ets:slot(T, I) of
        '$end_of_table' -> {[], I};
        L -> {R, N} = slots(T, I + 1), {L ++ R, N}
    end.

start() ->
    [t({Y, N}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, [{I rem 40, I} || I <- lists:seq(1, N)]),
        [ets:delete(T, I) || I <- lists:seq(0, 40, 5)],
        {L, End} = slots(T),
        {lists:sort(L) =:= lists:sort(ets:tab2list(T)), try ets:slot(T, End + 1) catch C:E -> {C, E} end}
    end) || Y <- [set, ordered_set, bag, duplicate_bag], N <- [0, 1, 10, 200]],
    [t({bad, Y, X}, fun() -> ets:slot(ets:new(t, [Y]), X) end) || Y <- [set, ordered_set], X <- [-1, a, 1.0, 1 bsl 70, []]],
    O = ets:new(t, [ordered_set]),
    ets:insert(O, [{I} || I <- lists:seq(300, 1, -1)]),
    t(order, fun() -> [{I + 1} || I <- lists:seq(0, 299)] =:= lists:append([ets:slot(O, I) || I <- lists:seq(0, 299)]) end),
    t(after_last, fun() -> {ets:slot(O, 300), try ets:slot(O, 301) catch C:E -> {C, E} end} end),
    ok.
