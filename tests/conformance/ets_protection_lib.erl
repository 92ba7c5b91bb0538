%% What each function gives to the owner and to another process, for tables that are private, protected and public, before and after give_away.
-module(ets_protection_lib).
-export([start/0]).

start() ->
    Me = self(),
    Other = spawn_link(fun loop/0),
    [begin
         Own = fun() -> T = ets:new(t, [Type, Access]), ets:insert(T, {k, 1}), T end,
         T1 = Own(),
         A = catch_it(fun() -> F(T1) end),
         T2 = Own(),
         B = ask(Other, fun() -> F(T2) end),
         T3 = Own(),
         ets:give_away(T3, Other, x),
         C = catch_it(fun() -> F(T3) end),
         T4 = Own(),
         ets:give_away(T4, Other, x),
         D = ask(Other, fun() -> F(T4) end),
         erlang:display({Type, Access, Name, A, B, C, D}),
         [case ets:info(T, owner) of Me -> ets:delete(T); Other -> ask(Other, fun() -> ets:delete(T) end); undefined -> ok end || T <- [T1, T2, T3, T4]]
     end || Type <- [set, ordered_set, bag], Access <- [private, protected, public], {Name, F} <- functions()],
    unlink(Other), exit(Other, kill),
    ok.

functions() ->
    [{lookup, fun(T) -> ets:lookup(T, k) end}, {member, fun(T) -> ets:member(T, k) end}, {insert, fun(T) -> ets:insert(T, {k, 2}) end}, {insert_new, fun(T) -> ets:insert_new(T, {n, 2}) end},
     {delete_key, fun(T) -> ets:delete(T, k) end}, {delete, fun(T) -> ets:delete(T) end}, {delete_object, fun(T) -> ets:delete_object(T, {k, 1}) end}, {delete_all, fun(T) -> ets:delete_all_objects(T) end},
     {tab2list, fun(T) -> ets:tab2list(T) end}, {first, fun(T) -> ets:first(T) end}, {last, fun(T) -> ets:last(T) end}, {next, fun(T) -> ets:next(T, k) end}, {prev, fun(T) -> ets:prev(T, k) end},
     {select, fun(T) -> ets:select(T, [{'_', [], ['$_']}]) end}, {select_limit, fun(T) -> element(1, ets:select(T, [{'_', [], ['$_']}], 1)) end}, {select_count, fun(T) -> ets:select_count(T, [{'_', [], [true]}]) end},
     {select_delete, fun(T) -> ets:select_delete(T, [{'_', [], [true]}]) end}, {select_replace, fun(T) -> ets:select_replace(T, [{'$1', [], ['$1']}]) end}, {match, fun(T) -> ets:match(T, {'$1', '_'}) end},
     {match_object, fun(T) -> ets:match_object(T, {'_', '_'}) end}, {match_delete, fun(T) -> ets:match_delete(T, {'_', '_'}) end}, {update_counter, fun(T) -> ets:update_counter(T, k, 1) end},
     {update_element, fun(T) -> ets:update_element(T, k, {2, z}) end}, {take, fun(T) -> ets:take(T, k) end}, {slot, fun(T) -> is_list(ets:slot(T, 0)) end}, {foldl, fun(T) -> ets:foldl(fun(_, N) -> N + 1 end, 0, T) end},
     {info, fun(T) -> ets:info(T, size) end}, {protection, fun(T) -> ets:info(T, protection) end}, {rename, fun(T) -> ets:rename(T, t) =:= T end}, {setopts, fun(T) -> ets:setopts(T, []) end},
     {heir, fun(T) -> ets:setopts(T, {heir, none}) end}, {give_away, fun(T) -> ets:give_away(T, whereis(nobody_here), x) end}, {safe_fixtable, fun(T) -> {ets:safe_fixtable(T, true), ets:safe_fixtable(T, false)} end},
     {lookup_element, fun(T) -> ets:lookup_element(T, k, 2) end}, {whereis, fun(T) -> ets:whereis(T) =:= T end}, {init_table, fun(T) -> ets:init_table(T, fun(_) -> end_of_input end) end}].

ask(P, F) -> P ! {self(), F}, receive {P, R} -> R end.

loop() ->
    receive
        {From, F} -> From ! {self(), catch_it(F)};
        {'ETS-TRANSFER', _, _, _} -> ok
    end,
    loop().

catch_it(F) -> try F() catch C:E -> {C, E} end.
