%% Names are given, taken back, and freed by deaths in random order: each answer is what a table of them would give.
-module(proc_names_model).
-export([start/0]).

start() ->
    Pids = [spawn(fun wait/0) || _ <- [1, 2, 3, 4, 5]],
    Last = steps(3, 250, list_to_tuple(Pids), []),
    [begin R = monitor(process, P), exit(P, kill), receive {'DOWN', R, _, _, _} -> ok end end || P <- tuple_to_list(Last)],
    erlang:display([whereis(name(K)) || K <- [0, 1, 2, 3, 4]]),
    ok.

name(K) -> element(K + 1, {names_model_a, names_model_b, names_model_c, names_model_d, 'names model é'}).

next(S) -> (S * 1103515245 + 12345) band 16#7fffffff.

steps(_, 0, Pids, _) -> Pids;
steps(S0, N, Pids, Model) ->
    S1 = next(S0), S2 = next(S1), S3 = next(S2),
    Name = name((S1 bsr 9) rem 5), K = (S2 bsr 9) rem 5 + 1, Pid = element(K, Pids),
    {Step, Result, Wanted, Now, Then} =
        case (S3 bsr 9) rem 7 of
            X when X < 3 ->
                Free = not has(1, Name, Model) andalso not has(2, K, Model),
                {{register, K}, catch_it(fun() -> register(Name, Pid) end), case Free of true -> true; false -> {error, badarg} end,
                 case Free of true -> [{Name, K} | Model]; false -> Model end, Pids};
            3 ->
                Has = has(1, Name, Model),
                {unregister, catch_it(fun() -> unregister(Name) end), case Has of true -> true; false -> {error, badarg} end, [E || {A, _} = E <- Model, A =/= Name], Pids};
            4 ->
                {whereis, case whereis(Name) of undefined -> none; P -> index(P, Pids) end, case [I || {A, I} <- Model, A =:= Name] of [I] -> I; [] -> none end, Model, Pids};
            5 ->
                {{send, Name}, case catch_it(fun() -> Name ! {self(), N}, sent end) of
                                   sent -> receive {P, N} -> index(P, Pids) end;
                                   E -> E
                               end, case [I || {A, I} <- Model, A =:= Name] of [I] -> I; [] -> {error, badarg} end, Model, Pids};
            6 ->
                R = monitor(process, Pid), exit(Pid, kill),
                receive {'DOWN', R, _, _, Why} -> ok end,
                {{killed, K}, Why, killed, [E || {_, I} = E <- Model, I =/= K], setelement(K, Pids, spawn(fun wait/0))}
        end,
    Names = [case process_info(element(I, Then), registered_name) of {registered_name, A} -> A; [] -> none end || I <- [1, 2, 3, 4, 5]],
    Known = length([A || A <- registered(), has(1, A, Now)]),
    erlang:display({Name, Step, Result, Result =:= Wanted, Names, Known =:= length(Now)}),
    steps(S3, N - 1, Then, Now).

has(_, _, []) -> false;
has(At, X, [E | T]) -> element(At, E) =:= X orelse has(At, X, T).

index(P, Pids) -> index(P, Pids, 1).
index(P, Pids, K) when element(K, Pids) =:= P -> K;
index(P, Pids, K) -> index(P, Pids, K + 1).

wait() -> receive {From, X} -> From ! {self(), X} end, wait().

catch_it(Fun) -> try Fun() catch C:R -> {C, R} end.
