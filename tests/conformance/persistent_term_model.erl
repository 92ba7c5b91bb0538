%% persistent_term in random order against a map; processes that hold a value keep it when it is replaced or erased.
-module(persistent_term_model).
-export([start/0]).

start() ->
    Holders = [spawn(fun() -> hold(none) end) || _ <- [1, 2, 3]],
    #{count := Before} = persistent_term:info(),
    run(9, 400, #{}, list_to_tuple(Holders), #{1 => none, 2 => none, 3 => none}),
    [persistent_term:erase({?MODULE, K}) || K <- [0, 1, 2, 3, 4, 5, 6, 7]],
    #{count := After} = persistent_term:info(),
    erlang:display({Before =:= After, length([1 || {{?MODULE, _}, _} <- persistent_term:get()])}),
    [exit(H, kill) || H <- Holders],
    ok.

next(S) -> (S * 1103515245 + 12345) band 16#7fffffff.

value(N) ->
    case N rem 6 of 0 -> N; 1 -> [N, {N}]; 2 -> <<N:800>>; 3 -> #{n => N}; 4 -> fun() -> N end; 5 -> N bsl 80 end.

same(A, B) when is_function(A), is_function(B) -> A() =:= B();
same(A, B) -> A =:= B.

show(F) when is_function(F) -> {'fun', F()};
show(<<N:800>>) -> {binary, N};
show(X) -> X.

run(_, 0, M, _, _) -> erlang:display({left, map_size(M)});
run(S0, N, M, Holders, Held) ->
    S1 = next(S0), S2 = next(S1), S3 = next(S2),
    K = (S1 bsr 9) rem 8, Key = {?MODULE, K}, H = (S2 bsr 9) rem 3 + 1, Pid = element(H, Holders),
    Old = case M of #{K := O} -> O; _ -> none end,
    {Op, Ok, M2, Held2} =
        case (S3 bsr 9) rem 8 of
            X when X < 3 -> V = value(N), {put, persistent_term:put(Key, V) =:= ok, M#{K => V}, Held};
            3 -> {put_same, case Old of none -> true; _ -> persistent_term:put(Key, Old) =:= ok end, M, Held};
            4 -> {erase, persistent_term:erase(Key) =:= is_map_key(K, M), erase(K, M), Held};
            5 -> {get, same(persistent_term:get(Key, none), Old), M, Held};
            6 -> Pid ! {self(), take, Key}, {take, receive {Pid, V} -> same(V, Old) end, M, Held#{H := Old}};
            7 -> Pid ! {self(), show}, {held, receive {Pid, V} -> same(V, map_get(H, Held)) end, M, Held}
        end,
    (N rem 5 =:= 0 orelse not Ok) andalso erlang:display({Op, K, H, show(Old), Ok, map_size(M2)}),
    run(S3, N - 1, M2, Holders, Held2).

erase(K, M) -> case M of #{K := _} -> maps:remove(K, M); _ -> M end.

hold(V) ->
    receive
        {From, take, Key} -> New = persistent_term:get(Key, none), erlang:garbage_collect(), From ! {self(), New}, hold(New);
        {From, show} -> erlang:garbage_collect(), From ! {self(), V}, hold(V)
    end.
