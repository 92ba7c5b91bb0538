-module(ets_select_limit_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

%% All results in parts, and the lengths of the parts.
parts(F, X) -> parts(F, X, [], []).
parts(_, '$end_of_table', L, N) -> {lists:append(lists:reverse(L)), lists:reverse(N)};
parts(_, {R, '$end_of_table'}, L, N) -> parts(x, '$end_of_table', [R | L], [length(R) | N]);
parts(F, {R, C}, L, N) -> parts(F, F(C), [R | L], [length(R) | N]).

check(Y, L) when Y =:= ordered_set -> L;
check(_, L) -> lists:sort(L).

start() ->
    Ms = [{{'$1', '_'}, [], ['$1']}],
    [begin
        T = ets:new(t, [Y]),
        ets:insert(T, [{I, I rem 2} || I <- lists:seq(1, N)]),
        t({Y, N, P}, fun() ->
            {L, Ns} = parts(fun ets:select/1, ets:select(T, Ms, P)),
            {check(Y, L) =:= lists:seq(1, N), [X || X <- lists:droplast([0 | Ns]), X =/= P, X =/= 0], lists:max([0 | Ns]) =< P}
        end),
        t({match, Y, N, P}, fun() ->
            {L, _} = parts(fun ets:match/1, ets:match(T, {'$1', 1}, P)),
            check(Y, L) =:= [[I] || I <- lists:seq(1, N, 2)]
        end),
        t({match_object, Y, N, P}, fun() ->
            {L, _} = parts(fun ets:match_object/1, ets:match_object(T, {'_', 0}, P)),
            check(Y, L) =:= [{I, 0} || I <- lists:seq(2, N, 2)]
        end),
        t({reverse, Y, N, P}, fun() ->
            {L, _} = parts(fun ets:select_reverse/1, ets:select_reverse(T, Ms, P)),
            case Y of ordered_set -> L =:= lists:seq(N, 1, -1); _ -> lists:sort(L) =:= lists:seq(1, N) end
        end)
    end || Y <- [set, ordered_set, bag, duplicate_bag], N <- [0, 1, 2, 10, 100], P <- [1, 2, 3, 10, 99, 100, 101, 1000]],
    [begin
        T = ets:new(t, [Y]),
        ets:insert(T, [{I rem 3, I} || I <- lists:seq(1, 60)]),
        [t({few_keys, Y, P}, fun() ->
            {L, Ns} = parts(fun ets:select/1, ets:select(T, [{{'_', '$1'}, [], ['$1']}], P)),
            {lists:sort(L) =:= lists:seq(1, 60), lists:max(Ns) =< P}
        end) || P <- [1, 7, 20, 59, 60, 61]],
        [t({one_key, Y, P}, fun() ->
            {L, Ns} = parts(fun ets:select/1, ets:select(T, [{{1, '$1'}, [], ['$1']}], P)),
            {lists:sort(L) =:= lists:seq(1, 60, 3), lists:max(Ns) =< P}
        end) || P <- [1, 7, 19, 20, 21]]
    end || Y <- [bag, duplicate_bag]],
    [t({deletes, Y}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, [{I, x} || I <- lists:seq(1, 200)]),
        ets:safe_fixtable(T, true),
        {L, _} = parts(fun(C) -> ets:select(C) end, begin X = {R, _} = ets:select(T, Ms, 10), [ets:delete(T, K) || K <- R], X end),
        ets:safe_fixtable(T, false),
        {length(L), ets:info(T, size)}
    end) || Y <- [set, ordered_set, bag, duplicate_bag]],
    [t({deletes_all, Y}, fun() ->
        T = ets:new(t, [Y]),
        ets:insert(T, [{I, x} || I <- lists:seq(1, 200)]),
        ets:safe_fixtable(T, true),
        F = fun G('$end_of_table') -> 0; G({R, C}) -> [ets:delete(T, K) || K <- R], length(R) + G(case C of '$end_of_table' -> C; _ -> ets:select(C) end) end,
        N = F(ets:select(T, Ms, 7)),
        ets:safe_fixtable(T, false),
        {N, ets:info(T, size), ets:first(T)}
    end) || Y <- [set, ordered_set, bag, duplicate_bag]],
    O = ets:new(t, [ordered_set]),
    ets:insert(O, [{I, x} || I <- lists:seq(1, 20)]),
    t(last_key_deleted, fun() ->
        {L, C} = ets:select(O, Ms, 5),
        ets:delete(O, 5),
        ets:insert(O, {5.5, x}),
        {L, element(1, ets:select(C))}
    end),
    [t({bad_limit, Y, P}, fun() -> ets:select(ets:new(t, [Y]), Ms, P) end)
        || Y <- [set, ordered_set, bag], P <- [0, -1, a, 1.0, [], 1 bsl 70]],
    [t({bad, X}, fun() -> ets:select(X) end) || X <- [a, 1, {}, {a, b}, [], {a, 1, 2, 3, [], 0}, {a, 1, [], 2, 3, [], 0, 0}]],
    t(ended, fun() -> {ets:select('$end_of_table'), ets:match('$end_of_table'), ets:match_object('$end_of_table'), ets:select_reverse('$end_of_table')} end),
    t(table_gone, fun() ->
        T = ets:new(t, []),
        ets:insert(T, [{I, x} || I <- lists:seq(1, 20)]),
        {_, C} = ets:select(T, Ms, 3),
        ets:delete(T),
        ets:select(C)
    end),
    ok.
