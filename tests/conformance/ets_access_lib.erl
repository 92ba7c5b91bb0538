-module(ets_access_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

elsewhere(F) ->
    {P, R} = spawn_monitor(fun() -> exit({result, try F() catch C:E -> {C, E} end}) end),
    receive {'DOWN', R, process, P, {result, X}} -> X end.

start() ->
    Ops = [
        {lookup, fun(T) -> ets:lookup(T, a) end},
        {lookup_element, fun(T) -> ets:lookup_element(T, a, 2) end},
        {member, fun(T) -> ets:member(T, a) end},
        {first, fun(T) -> ets:first(T) end},
        {last, fun(T) -> ets:last(T) end},
        {next, fun(T) -> ets:next(T, a) end},
        {prev, fun(T) -> ets:prev(T, a) end},
        {slot, fun(T) -> is_list(ets:slot(T, 0)) end},
        {tab2list, fun(T) -> ets:tab2list(T) end},
        {match, fun(T) -> ets:match(T, {'$1', '_'}) end},
        {match_object, fun(T) -> ets:match_object(T, '_') end},
        {select, fun(T) -> ets:select(T, [{'_', [], [true]}]) end},
        {select_3, fun(T) -> element(1, ets:select(T, [{'_', [], [true]}], 10)) end},
        {select_count, fun(T) -> ets:select_count(T, [{'_', [], [true]}]) end},
        {foldl, fun(T) -> ets:foldl(fun(_, N) -> N + 1 end, 0, T) end},
        {safe_fixtable, fun(T) -> ets:safe_fixtable(T, true) end},
        {insert, fun(T) -> ets:insert(T, {b, 2}) end},
        {insert_new, fun(T) -> ets:insert_new(T, {a, 2}) end},
        {update_counter, fun(T) -> ets:update_counter(T, a, 1) end},
        {update_element, fun(T) -> ets:update_element(T, a, {2, 3}) end},
        {take, fun(T) -> ets:take(T, zz) end},
        {delete_2, fun(T) -> ets:delete(T, zz) end},
        {delete_object, fun(T) -> ets:delete_object(T, {zz}) end},
        {match_delete, fun(T) -> ets:match_delete(T, {zz}) end},
        {select_delete, fun(T) -> ets:select_delete(T, [{{zz}, [], [true]}]) end},
        {select_replace, fun(T) -> ets:select_replace(T, [{{zz}, [], ['$_']}]) end},
        {delete_all, fun(T) -> ets:delete_all_objects(T) end},
        {info, fun(T) -> {ets:info(T, size), is_list(ets:info(T))} end},
        {setopts, fun(T) -> ets:setopts(T, {heir, none}) end},
        {give_away, fun(T) -> ets:give_away(T, self(), x) end},
        {rename, fun(T) -> is_reference(ets:rename(T, x)) end},
        {delete_1, fun(T) -> ets:delete(T) end}],
    [t({P, Name, Who}, fun() ->
        T = ets:new(t, [P]),
        ets:insert(T, {a, 1}),
        case Who of own -> Op(T); other -> elsewhere(fun() -> Op(T) end) end
    end) || P <- [public, protected, private], {Name, Op} <- Ops, Who <- [own, other]],
    [t({setopts, P}, fun() ->
        T = ets:new(t, []),
        ets:setopts(T, {protection, P}),
        {ets:info(T, protection), elsewhere(fun() -> ets:lookup(T, a) end), elsewhere(fun() -> ets:insert(T, {a}) end)}
    end) || P <- [public, protected, private]],
    [t({setopts, I}, fun() -> T = ets:new(t, []), {ets:setopts(T, O), ets:info(T, protection), ets:info(T, heir) =:= self()} end)
        || {I, O} <- lists:zip(lists:seq(1, 12), [[], [{protection, public}], {heir, self(), x}, [{heir, none}, {protection, private}], foo, [foo], {protection, foo},
            [{protection, public}, {protection, private}], {heir, 1, x}, {heir, none, x}, {keypos, 2}, [{heir, none} | a]])],
    ok.
