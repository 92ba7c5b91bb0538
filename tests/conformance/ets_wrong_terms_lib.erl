%% Every function of ets with a term of every kind in each place: what it says of it.
-module(ets_wrong_terms_lib).
-export([start/0]).

start() ->
    Wrong = [a, 1, -1, 0, 1 bsl 70, 1.5, "text", [], {}, {a}, {a, b}, {1, 2}, <<"x">>, #{}, [a | b], [{a}], [{}], make_ref(), self(), fun() -> ok end],
    [erlang:display({Y, F, length(Args), K, shown(W), tried(F, put_at(K, W, Args), Y)})
     || Y <- [set, ordered_set, duplicate_bag], {F, Args} <- calls(), K <- lists:seq(1, length(Args)), W <- Wrong, K =/= 1 orelse Y =:= set, not allowed(F, K, W)],
    ok.

calls() ->
    Ms = [{'_', [], ['$_']}],
    [{new, [t, []]}, {insert, [t, {a, 1}]}, {insert_new, [t, {n, 1}]}, {lookup, [t, a]}, {lookup_element, [t, a, 2]}, {member, [t, a]}, {delete, [t]}, {delete, [t, a]}, {delete_object, [t, {a, 1}]},
     {delete_all_objects, [t]}, {first, [t]}, {last, [t]}, {next, [t, a]}, {prev, [t, a]}, {slot, [t, 0]}, {info, [t]}, {info, [t, size]}, {tab2list, [t]}, {match, [t, '_']}, {match, [t, '_', 1]},
     {match_object, [t, '_']}, {match_object, [t, '_', 1]}, {match_delete, [t, '_']}, {select, [t, Ms]}, {select, [t, Ms, 1]}, {select_reverse, [t, Ms]}, {select_count, [t, Ms]}, {select_delete, [t, Ms]},
     {select_replace, [t, [{'$1', [], ['$1']}]]}, {update_counter, [t, a, 1]}, {update_counter, [t, a, 1, {a, 0}]}, {update_element, [t, a, {2, x}]}, {take, [t, a]}, {rename, [t, u]}, {setopts, [t, []]},
     {give_away, [t, self(), x]}, {safe_fixtable, [t, true]}, {whereis, [t]}, {select, [continuation]}, {match, [continuation]}, {match_object, [continuation]}, {select_reverse, [continuation]}].

%% Keys and data are what one likes; the order of a table's keys is nobody's business.
allowed(F, 2, _) when F =:= lookup; F =:= member; F =:= take; F =:= rename -> F =/= rename;
allowed(delete, 2, _) -> true;
allowed(give_away, 3, _) -> true;
allowed(new, 1, W) -> is_atom(W);
allowed(F, 2, _) when F =:= next; F =:= prev -> true;
allowed(slot, 2, W) -> W =:= 0 orelse W =:= 1;
%% What was no object was taken there before OTP 29, if there is one with the key.
allowed(update_counter, 4, {}) -> true;
allowed(_, _, _) -> false.

shown(W) when is_reference(W) -> reference;
shown(W) when is_pid(W) -> pid;
shown(W) when is_function(W) -> 'fun';
shown(W) -> W.

%% `t` stands for a table that is made anew.
tried(F, Args, Y) ->
    T = ets:new(ets_wrong_terms, [Y]),
    ets:insert(T, [{a, 1}, {b, 2}]),
    Fill = fun(t) when F =/= new -> T; (continuation) -> '$end_of_table'; (X) -> X end,
    R = try apply(ets, F, lists:map(Fill, Args)) of
            X when is_reference(X); is_pid(X); is_function(X) -> shown(X);
            {L, C} when is_list(L) -> {length(L), is_atom(C) andalso C};
            X when is_list(X) -> lists:sort(X);
            X -> X
        catch C:E when is_function(E); is_reference(E); is_pid(E) -> {C, shown(E)};
              C:{E, _} -> {C, E};
              C:E -> {C, E} end,
    Left = try lists:sort(ets:tab2list(T)) of [{a, 1}, {b, 2}] -> same; L2 -> [shown_in(O) || O <- L2] catch error:badarg -> gone end,
    try ets:delete(T) catch error:badarg -> ok end,
    R2 = case R of X2 when is_list(X2) -> [shown_in(E2) || E2 <- X2]; X2 -> X2 end,
    {R2, Left}.

shown_in(O) when is_tuple(O) -> list_to_tuple([shown(E) || E <- tuple_to_list(O)]);
shown_in({K, V}) -> {K, shown(V)};
shown_in(O) -> shown(O).

put_at(1, W, [_ | T]) -> [W | T];
put_at(N, W, [H | T]) -> [H | put_at(N - 1, W, T)].
