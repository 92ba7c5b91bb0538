-module(ets_model_lib).
-export([start/0]).

%% Tables against lists: the same random steps on both, and they must hold the same all the time.
next(S) -> (S * 1103515245 + 12345) band 16#7fffffff.

value(S) ->
    case S rem 7 of
        0 -> S; 1 -> <<S:32, 0:600>>; 2 -> [S, [S]]; 3 -> {S, "text"}; 4 -> #{k => S}; 5 -> float(S); 6 -> S bsl 40
    end.

same(ordered_set, A, B) -> A == B;
same(_, A, B) -> A =:= B.

key(S) -> case (S bsr 8) rem 5 of 0 -> (S bsr 12) rem 40; 1 -> float((S bsr 12) rem 40); 2 -> {(S bsr 12) rem 20}; 3 -> "k"; 4 -> (S bsr 12) rem 300 end.

%% The objects that are left and what the step gives.
model(Y, {insert, {K, _} = O}, L) when Y =:= set; Y =:= ordered_set -> {true, [O | [X || X <- L, not same(Y, element(1, X), K)]]};
model(bag, {insert, O}, L) -> {true, case lists:any(fun(X) -> X =:= O end, L) of true -> L; false -> L ++ [O] end};
model(duplicate_bag, {insert, O}, L) -> {true, L ++ [O]};
model(Y, {delete, K}, L) -> {true, [X || X <- L, not same(Y, element(1, X), K)]};
model(Y, {take, K}, L) -> {[X || X <- L, same(Y, element(1, X), K)], [X || X <- L, not same(Y, element(1, X), K)]};
model(_, {delete_object, O}, L) -> {true, [X || X <- L, X =/= O]};
model(Y, {lookup, K}, L) -> {[X || X <- L, same(Y, element(1, X), K)], L};
model(Y, {insert_new, {K, _} = O}, L) ->
    case lists:any(fun(X) -> same(Y, element(1, X), K) end, L) of
        true -> {false, L};
        false -> {true, L ++ [O]}
    end;
model(_, {match_delete, K}, L) -> {true, [X || X <- L, element(1, X) =/= K]}.

real({insert, O}, T) -> ets:insert(T, O);
real({delete, K}, T) -> ets:delete(T, K);
real({take, K}, T) -> ets:take(T, K);
real({delete_object, O}, T) -> ets:delete_object(T, O);
real({lookup, K}, T) -> ets:lookup(T, K);
real({insert_new, O}, T) -> ets:insert_new(T, O);
real({match_delete, K}, T) -> ets:match_delete(T, {K, '_'}).

step(S, L) ->
    case S rem 16 of
        N when N < 7 -> {insert, {key(S), value(S)}};
        N when N < 9 -> {delete, key(S)};
        9 -> {take, key(S)};
        N when N < 12 -> case L of [] -> {delete_object, {none, x}}; _ -> {delete_object, lists:nth(1 + (S bsr 5) rem length(L), L)} end;
        12 -> {lookup, key(S)};
        13 -> {insert_new, {key(S), value(S)}};
        14 -> {match_delete, key(S)};
        15 -> {insert, {key(next(S)), value(S)}}
    end.

run(_, _, L, 0, _) -> {same, length(L)};
run(Y, T, L, N, S0) ->
    S = next(S0),
    %% The low bits of such numbers are hardly random.
    Op = step(S bsr 3, L),
    {Expected, L2} = model(Y, Op, L),
    case real(Op, T) of
        Expected -> check(Y, T, L2, N, S);
        Got -> {different, N, Op, Expected, Got}
    end.

check(Y, T, L, N, S) when N rem 50 =:= 0 ->
    case {ets:info(T, size), lists:sort(ets:tab2list(T))} of
        {Size, All} when Size =:= length(L) ->
            case All =:= lists:sort(L) of true -> run(Y, T, L, N - 1, S); false -> {different, N, All} end;
        Other -> {size, Other}
    end;
check(Y, T, L, N, S) -> run(Y, T, L, N - 1, S).

start() ->
    [begin
        T = ets:new(t, [Y | O]),
        R = run(Y, T, [], 1500, Seed),
        erlang:display({Y, O, Seed, R}),
        ets:delete(T)
    end || Y <- [set, ordered_set, bag, duplicate_bag], Seed <- [1, 20, 300], O <- [[], [compressed]]],
    [begin
        T = ets:new(t, [Y]),
        ets:safe_fixtable(T, true),
        R = run(Y, T, [], 800, Seed),
        ets:safe_fixtable(T, false),
        erlang:display({fixed, Y, Seed, R, ets:info(T, size)})
    end || Y <- [set, ordered_set], Seed <- [4, 50]],
    ok.
