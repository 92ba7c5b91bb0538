-module(ets_keys_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

keys() ->
    Big = 1 bsl 70,
    [0, 1, 1.0, -1, -1.0, 1 bsl 29, 1 bsl 59, Big, -Big, float(Big), a, 'A', '', "", "abc", [1], [1.0], [a | b],
     {}, {1}, {1.0}, {1, 2}, {{1}, [2.0]}, <<>>, <<1>>, <<1:1>>, <<"a longer binary that is not kept on the heap, since it has more than 64 bytes">>,
     #{}, #{a => 1}, #{a => 1.0}, #{1 => a}, #{1.0 => a}, maps:from_list([{I, I} || I <- lists:seq(1, 40)]),
     fun erlang:abs/1, fun lists:map/2, true, [], [[]], {[], {}}].

start() ->
    Keys = keys(),
    [begin
        T = ets:new(t, [Y]),
        N = length(Keys),
        Indexed = lists:zip(Keys, lists:seq(1, N)),
        [ets:insert(T, {K, I}) || {K, I} <- Indexed],
        t({Y, size}, fun() -> ets:info(T, size) end),
        [t({Y, I}, fun() -> {ets:member(T, K), [{X =:= K, X == K, N1} || {X, N1} <- lists:sort(ets:lookup(T, K))]} end) || {K, I} <- Indexed],
        [t({Y, missing, K}, fun() -> {ets:member(T, K), ets:lookup(T, K)} end)
            || K <- [2, 2.0, b, [2], {2}, <<2>>, #{b => 1}, 1 bsl 71, "abd", <<1:2>>]],
        [ets:delete(T, K) || K <- Keys],
        t({Y, rest}, fun() -> {ets:info(T, size), ets:first(T)} end)
    end || Y <- [set, ordered_set, bag, duplicate_bag]],
    ok.
