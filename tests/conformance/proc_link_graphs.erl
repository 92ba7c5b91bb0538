%% Graphs of links between processes, some of which trap exits: one of them ends, and who is left is what the rules say.
-module(proc_link_graphs).
-export([start/0]).

-define(N, 6).

start() ->
    graphs(1, 120),
    ok.

graphs(_, 0) -> ok;
graphs(S, Count) -> graphs(one(S, Count), Count - 1).

next(S) -> (S * 1103515245 + 12345) band 16#7fffffff.

one(S0, Count) ->
    {Edges, S1} = edges(S0, 3 + Count rem 6, []),
    S2 = next(S1), Traps = (S2 bsr 9) band 63,
    S3 = next(S2), Victim = (S3 bsr 9) rem ?N + 1,
    S4 = next(S3), {How, Reason} = element((S4 bsr 9) rem 6 + 1, {{exits, normal}, {exits, boom}, {exits, kill}, {told, boom}, {told, kill}, {told, {a, [b]}}}),
    Pids = [spawn(fun worker/0) || _ <- numbers(?N)],
    [ask(at(K, Pids), {trap, trapping(K, Traps)}) || K <- numbers(?N)],
    [ask(at(A, Pids), {link, at(B, Pids)}) || {A, B} <- Edges],
    Degrees = [length(element(2, process_info(P, links))) || P <- Pids],
    Refs = [{K, monitor(process, at(K, Pids))} || K <- numbers(?N)],
    %% Who ends, by the rules.
    Direct = How =:= told andalso Reason =/= kill andalso trapping(Victim, Traps),
    Dead = case Direct of true -> []; false -> spread([Victim], told_reason(How, Reason), Edges, Traps) end,
    case How of
        exits -> at(Victim, Pids) ! {finish, Reason};
        told -> exit(at(Victim, Pids), Reason)
    end,
    Downs = [{K, receive {'DOWN', R, process, _, Why} -> Why after 5000 -> alive end} || {K, R} <- Refs, member(K, Dead)],
    %% The exit messages have come when their senders are told to be gone by them all.
    Left = [{K, sorted(await(at(K, Pids), expected(K, Victim, Direct, Dead, Edges, Traps), Pids))} || {K, _} <- Refs, not member(K, Dead)],
    Ends = [demonitor(R, [flush]) || {_, R} <- Refs],
    erlang:display({sorted(Edges), [K || K <- numbers(?N), trapping(K, Traps)], Victim, How, Reason, Degrees}),
    erlang:display({Downs, Left, length(Ends)}),
    [exit(P, kill) || P <- Pids],
    S4.

told_reason(told, kill) -> killed;
told_reason(_, R) -> R.

%% The exits that a process that is left gets: of its dead neighbours, or the signal itself.
expected(Victim, Victim, true, _, _, _) -> 1;
expected(K, _, _, Dead, Edges, Traps) -> length([D || D <- Dead, linked(K, D, Edges), trapping(K, Traps)]).

await(P, N, Pids) ->
    case ask(P, got) of
        L when length(L) >= N -> [{index(From, Pids), R} || {From, R} <- L];
        _ -> erlang:yield(), await(P, N, Pids)
    end.

spread([], _, _, _) -> [];
spread([V | _] = Todo, Reason, Edges, Traps) -> sorted(spread(Todo, [V], Reason, Edges, Traps)).
spread([], Dead, _, _, _) -> Dead;
spread(_, [V], normal, _, _) -> [V];
spread([V | Todo], Dead, Reason, Edges, Traps) ->
    New = [K || K <- numbers(?N), linked(V, K, Edges), not member(K, Dead), not trapping(K, Traps)],
    spread(New ++ Todo, New ++ Dead, Reason, Edges, Traps).

linked(A, B, Edges) -> member({A, B}, Edges) orelse member({B, A}, Edges).
trapping(K, Traps) -> Traps band (1 bsl (K - 1)) =/= 0.

edges(S, 0, Edges) -> {Edges, S};
edges(S0, N, Edges) ->
    S1 = next(S0), S2 = next(S1),
    A = (S1 bsr 9) rem ?N + 1, B = (S2 bsr 9) rem ?N + 1,
    case A =:= B orelse linked(A, B, Edges) of
        true -> edges(S2, N - 1, Edges);
        false -> edges(S2, N - 1, [{A, B} | Edges])
    end.

worker() -> worker([]).
worker(Got) ->
    receive
        {From, {trap, T}} -> process_flag(trap_exit, T), From ! {self(), ok}, worker(Got);
        {From, {link, P}} -> link(P), From ! {self(), ok}, worker(Got);
        {From, got} -> From ! {self(), Got}, worker(Got);
        {finish, Reason} -> exit(Reason);
        {'EXIT', From, Reason} -> worker([{From, Reason} | Got])
    end.

ask(P, X) -> P ! {self(), X}, receive {P, R} -> R end.

at(1, [P | _]) -> P;
at(N, [_ | T]) -> at(N - 1, T).

index(P, [P | _]) -> 1;
index(_, []) -> 0 - 1000;
index(P, [_ | T]) -> 1 + index(P, T).

member(X, [X | _]) -> true;
member(X, [_ | T]) -> member(X, T);
member(_, []) -> false.

sorted(L) -> sorted(L, []).
sorted([], S) -> S;
sorted([H | T], S) -> sorted(T, insert(H, S)).
insert(X, [H | T]) when X > H -> [H | insert(X, T)];
insert(X, T) -> [X | T].

numbers(N) -> numbers(1, N).
numbers(A, B) when A > B -> [];
numbers(A, B) -> [A | numbers(A + 1, B)].
