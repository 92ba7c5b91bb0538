-module(ets_errors_lib).
-export([start/0]).

%% Who explains an error, and what is its cause.
t(Tag, F) ->
    R = try F() catch C:E:S -> [{M, N, A, I} | _] = S, {C, E, M, N, length(A), I} end,
    erlang:display({Tag, R}).

start() ->
    T = ets:new(t, []),
    B = ets:new(t, [bag]),
    ets:insert(T, {a, 1, x}),
    Gone = ets:new(t, []),
    ets:delete(Gone),
    ets:new(ets_errors, [named_table]),
    Names = [ets_errors_none, 1, "t", Gone, make_ref()],
    [[t({I, W}, F) || {W, F} <- [
        {lookup, fun() -> ets:lookup(N, a) end}, {insert, fun() -> ets:insert(N, {a}) end}, {delete, fun() -> ets:delete(N) end},
        {first, fun() -> ets:first(N) end}, {next, fun() -> ets:next(N, a) end}, {member, fun() -> ets:member(N, a) end},
        {select, fun() -> ets:select(N, []) end}, {match, fun() -> ets:match(N, '_') end}, {take, fun() -> ets:take(N, a) end},
        {update_counter, fun() -> ets:update_counter(N, a, 1) end}, {lookup_element, fun() -> ets:lookup_element(N, a, 1) end}]]
        || {I, N} <- lists:zip([none, integer, string, gone, reference], Names)],
    t(exists, fun() -> ets:new(ets_errors, [named_table]) end),
    t(option, fun() -> ets:new(x, [foo]) end),
    t(object, fun() -> ets:insert(T, a) end),
    t(key, fun() -> ets:lookup_element(T, b, 1) end),
    t(element, fun() -> ets:lookup_element(T, a, 9) end),
    t(counter_key, fun() -> ets:update_counter(T, b, 1) end),
    t(counter_position, fun() -> ets:update_counter(T, a, {9, 1}) end),
    t(counter_keypos, fun() -> ets:update_counter(T, a, {1, 1}) end),
    t(counter_value, fun() -> ets:update_counter(T, a, {3, 1}) end),
    t(counter_bag, fun() -> ets:update_counter(B, a, 1) end),
    t(element_keypos, fun() -> ets:update_element(T, a, {1, x}) end),
    t(next, fun() -> ets:next(T, zz) end),
    t(specification, fun() -> ets:select(T, foo) end),
    t(continuation, fun() -> ets:select(foo) end),
    t(replace, fun() -> ets:select_replace(B, []) end),
    t(give_self, fun() -> ets:give_away(T, self(), x) end),
    t(rename, fun() -> ets:rename(T, 1) end),
    t(info, fun() -> ets:info(T, foo) end),
    t(slot, fun() -> ets:slot(T, -1) end),
    t(whereis, fun() -> ets:whereis(1) end),
    t(compile, fun() -> ets:match_spec_compile(foo) end),
    ok.
