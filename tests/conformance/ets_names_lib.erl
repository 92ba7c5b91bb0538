-module(ets_names_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

start() ->
    t(new, fun() -> ets:new(n1, [named_table]) end),
    t(whereis, fun() -> {is_reference(ets:whereis(n1)), ets:whereis(n2)} end),
    [t({whereis_bad, X}, fun() -> ets:whereis(X) end) || X <- [1, "n1", [], make_tuple]],
    t(both_ways, fun() -> ets:insert(n1, {a, 1}), {ets:lookup(ets:whereis(n1), a), ets:lookup(n1, a)} end),
    t(rename, fun() -> {ets:rename(n1, n2), ets:whereis(n1), ets:lookup(n2, a), ets:info(n2, name)} end),
    t(rename_same, fun() -> ets:rename(n2, n2) end),
    t(old_name, fun() -> ets:lookup(n1, a) end),
    t(name_is_free, fun() -> ets:new(n1, [named_table]) end),
    t(taken, fun() -> ets:rename(n1, n2) end),
    t(unchanged, fun() -> {ets:info(n1, name), ets:info(n2, name), ets:lookup(n2, a)} end),
    [t({rename_bad, X}, fun() -> ets:rename(n1, X) end) || X <- ["x", 1, {x}]],
    t(rename_none, fun() -> ets:rename(n9, n8) end),
    T = ets:new(n1, []),
    t(unnamed, fun() -> {ets:info(T, name), ets:info(T, named_table), ets:rename(T, other) =:= T, ets:info(T, name), ets:whereis(other)} end),
    t(unnamed_to_taken, fun() -> {ets:rename(T, n2) =:= T, ets:info(T, name)} end),
    t(delete, fun() -> {ets:delete(n2), ets:whereis(n2), ets:info(n2), ets:info(T, name)} end),
    t(delete_again, fun() -> ets:delete(n2) end),
    t(many, fun() ->
        Names = [list_to_atom("ets_names_" ++ integer_to_list(I)) || I <- lists:seq(1, 300)],
        [N = ets:new(N, [named_table]) || N <- Names],
        [ets:insert(N, {name, N}) || N <- Names],
        A = [ets:lookup(N, name) || N <- Names] =:= [[{name, N}] || N <- Names],
        [ets:delete(N) || {N, I} <- lists:zip(Names, lists:seq(1, 300)), I rem 3 =:= 0],
        B = length([N || N <- Names, ets:whereis(N) =/= undefined]),
        C = [ets:lookup(N, name) || N <- Names, ets:whereis(N) =/= undefined] =:=
            [[{name, N}] || {N, I} <- lists:zip(Names, lists:seq(1, 300)), I rem 3 =/= 0],
        [ets:delete(N) || N <- Names, ets:whereis(N) =/= undefined],
        {A, B, C, [N || N <- Names, ets:whereis(N) =/= undefined]}
    end),
    ok.
