%% Links made and taken away many times, from both ends, while exits are trapped and not: what links there are after each step.
-module(proc_link_storm).
-export([start/0]).

start() ->
    Pids = [spawn(fun worker/0) || _ <- [1, 2, 3, 4]],
    steps(7, 150, Pids, []),
    [begin R = monitor(process, P), exit(P, kill), receive {'DOWN', R, _, _, W} -> erlang:display(W) end end || P <- Pids],
    ok.

steps(_, 0, _, _) -> [];
steps(S0, N, Pids, Model) ->
    S1 = next(S0), A = (S1 bsr 9) band 3, S2 = next(S1), B = (S2 bsr 9) band 3, S3 = next(S2),
    PA = at(A, Pids), PB = at(B, Pids),
    Pair = case A < B of true -> {A, B}; false -> {B, A} end,
    {What, Now} = case (S3 bsr 9) rem 7 of
                      K when K < 2 -> {link, [Pair | Model -- [Pair]]};
                      2 -> {unlink, Model -- [Pair]};
                      3 -> {twice, [Pair | Model -- [Pair]]};
                      4 -> {link_unlink, Model -- [Pair]};
                      5 -> {unlink_link, [Pair | Model -- [Pair]]};
                      6 -> {trap, Model}
                  end,
    Result = ask(PA, {What, PB, N band 1 =:= 1}),
    %% A signal goes from A to B before this answer of B does.
    ask(PA, {pass, PB}),
    Wanted = [P || {X, Y} = P <- Now, X =/= Y],
    Links = [{K, sorted([index(L, Pids) || L <- element(2, process_info(at(K, Pids), links))])} || K <- [0, 1, 2, 3]],
    Same = sorted(Wanted) =:= sorted([{X, Y} || {X, L} <- Links, Y <- L, X < Y]),
    erlang:display({A, What, B, Result, Links, Same}),
    steps(S3, N - 1, Pids, Now).

next(S) -> (S * 1103515245 + 12345) band 16#7fffffff.

worker() ->
    receive
        {From, {pass, P}} when P =:= self() -> From ! {self(), self};
        {From, {pass, P}} -> P ! {self(), ping}, receive {P, pong} -> From ! {self(), passed} end;
        {From, ping} -> From ! {self(), pong};
        {From, {link, P, _}} -> From ! {self(), link(P)};
        {From, {unlink, P, _}} -> From ! {self(), unlink(P)};
        {From, {twice, P, _}} -> From ! {self(), {link(P), link(P)}};
        {From, {link_unlink, P, _}} -> From ! {self(), {link(P), unlink(P)}};
        {From, {unlink_link, P, _}} -> From ! {self(), {unlink(P), link(P), unlink(P), link(P)}};
        {From, {trap, _, T}} -> process_flag(trap_exit, T), From ! {self(), T}
    end,
    worker().

ask(P, X) -> P ! {self(), X}, receive {P, R} -> R end.

at(0, [P | _]) -> P;
at(N, [_ | T]) -> at(N - 1, T).

index(P, [P | _]) -> 0;
index(P, [_ | T]) -> 1 + index(P, T).

sorted(L) -> sorted(L, []).
sorted([], S) -> S;
sorted([H | T], S) -> sorted(T, insert(H, S)).
insert(X, [H | T]) when X > H -> [H | insert(X, T)];
insert(X, T) -> [X | T].
