-module(ets_new_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

items(T) ->
    [{I, ets:info(T, I)} || I <- [type, protection, keypos, named_table, name, size, compressed, heir, fixed,
        read_concurrency, write_concurrency, decentralized_counters]].

start() ->
    Types = [set, ordered_set, bag, duplicate_bag],
    Protections = [public, protected, private],
    [t({Y, P, K}, fun() ->
        T = ets:new(some, [Y, P, {keypos, K}]),
        R = {items(T), ets:info(T, owner) =:= self(), is_reference(T)},
        true = ets:delete(T),
        {R, ets:info(T)}
    end) || Y <- Types, P <- Protections, K <- [1, 2, 7]],
    [t(O, fun() ->
        T = ets:new(some, O),
        R = items(T),
        ets:delete(T),
        R
    end) || O <- [
        [], [compressed], [set, bag], [bag, set], [private, public], [{read_concurrency, true}],
        [{read_concurrency, false}], [{write_concurrency, true}], [{write_concurrency, false}],
        [{write_concurrency, auto}], [{decentralized_counters, true}], [{decentralized_counters, false}],
        [ordered_set, {write_concurrency, true}], [private, {read_concurrency, true}, {write_concurrency, true}],
        [{write_concurrency, true}, {decentralized_counters, true}],
        [{write_concurrency, auto}, {decentralized_counters, false}],
        [{heir, none}], [{keypos, 1}, {keypos, 3}]]],
    [t({bad, O}, fun() -> ets:new(some, O) end) || O <- [
        foo, [foo], [set | foo], [{keypos, 0}], [{keypos, -1}], [{keypos, a}], [{keypos, 1.0}], [{keypos}], [{keypos, 1, 2}],
        [{heir, 1, 2}], [{heir, none, 2}], [{heir, foo}], [{heir}], [{read_concurrency, 1}], [{write_concurrency, 1}],
        [{decentralized_counters, 1}], [1], ["set"], [{set}], [{set, true}], [{compressed, true}], [{named_table, true}]]],
    [t({bad_name, N}, fun() -> ets:new(N, []) end) || N <- ["a", 1, {a}, <<"a">>, []]],
    t(named, fun() -> {ets:new(ets_new_a, [named_table]), ets:info(ets_new_a, named_table)} end),
    t(named_again, fun() -> ets:new(ets_new_a, [named_table]) end),
    t(not_named_again, fun() -> is_reference(ets:new(ets_new_a, [])) end),
    t(heir, fun() -> ets:info(ets:new(x, [{heir, self(), data}]), heir) =:= self() end),
    t(all, fun() ->
        T = ets:new(x, []),
        Before = {lists:member(T, ets:all()), lists:member(ets_new_a, ets:all())},
        ets:delete(T),
        ets:delete(ets_new_a),
        {Before, lists:member(T, ets:all()), lists:member(ets_new_a, ets:all())}
    end),
    ok.
