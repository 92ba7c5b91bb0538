%% The objects of one key in bags stay in the order of their insertion, whatever is taken out between.
-module(ets_bag_order_lib).
-export([start/0]).

start() ->
    [run(Type, Options, Seed) || Type <- [bag, duplicate_bag], Options <- [[], [compressed], [{write_concurrency, true}]], Seed <- [1, 2, 3, 4]],
    ok.

next(S) -> (S * 1103515245 + 12345) band 16#7fffffff.

run(Type, Options, Seed) ->
    T = ets:new(t, [Type | Options]),
    ets:insert(T, [{other, K} || K <- lists:seq(1, 20)]),
    erlang:display({Type, Options, Seed, steps(T, Type, Seed, 120, [])}),
    ets:delete(T).

steps(_, _, _, 0, L) -> {ok, length(L)};
steps(T, Type, S0, N, L) ->
    S1 = next(S0), S = next(S1),
    V = (S1 bsr 9) rem 8, O = {k, V},
    Model = case (S bsr 9) rem 9 of
                X when X < 4 -> ets:insert(T, O), add(Type, O, L);
                4 -> ets:insert(T, O), ets:insert(T, {k, V + 1}), add(Type, {k, V + 1}, add(Type, O, L));
                5 -> ets:delete_object(T, O), [Y || Y <- L, Y =/= O];
                6 -> ets:match_delete(T, {k, V}), [Y || Y <- L, Y =/= O];
                7 -> ets:select_delete(T, [{{k, '$1'}, [{'>', '$1', 6}], [true]}]), [Y || {_, W} = Y <- L, W =< 6];
                8 when N rem 10 =:= 0 -> Got = ets:take(T, k), case Got =:= L of true -> []; false -> [{taken, Got}] end;
                8 -> L
            end,
    case {ets:lookup(T, k), case Model of [] -> []; _ -> ets:lookup_element(T, k, 2) end, ets:match(T, {k, '$1'}), ets:select(T, [{{k, '$1'}, [], ['$_']}]), ets:match_object(T, {k, '_'})} of
        {Model, Vs, Ms, Model, Model} when length(Vs) =:= length(Model), length(Ms) =:= length(Model) ->
            N rem 20 =:= 0 andalso erlang:display({N, Vs, [W || [W] <- Ms] =:= Vs}),
            steps(T, Type, S, N - 1, Model);
        Other -> {different, N, Model, Other}
    end.

add(bag, O, L) -> case lists:member(O, L) of true -> L; false -> L ++ [O] end;
add(duplicate_bag, O, L) -> L ++ [O].
