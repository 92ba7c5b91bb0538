%% Thousands of links, monitors, aliases, timers and names of one process at a time.
-module(proc_ties_many).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    N = 3000,
    Pids = [spawn_link(fun() -> receive stop -> exit(bye) end end) || _ <- numbers(N)],
    erlang:display({links, count(links)}),
    {Some, Others} = split(1000, Pids),
    [unlink(P) || P <- Some],
    erlang:display({unlinked, count(links)}),
    Refs = [{P, monitor(process, P)} || P <- Pids],
    erlang:display({monitors, count(monitors)}),
    [demonitor(R) || {P, R} <- Refs, member(P, Some)],
    erlang:display({demonitored, count(monitors)}),
    [P ! stop || P <- Others],
    erlang:display({exits, length([P || P <- Others, receive {'EXIT', P, bye} -> true after 5000 -> false end])}),
    erlang:display({downs, length([P || {P, R} <- Refs, not member(P, Some), receive {'DOWN', R, _, _, bye} -> true after 5000 -> false end])}),
    erlang:display({left, count(links), count(monitors), process_info(self(), message_queue_len)}),
    [exit(P, kill) || P <- Some],
    Aliases = [alias() || _ <- numbers(N)],
    [A ! {A, hello} || A <- Aliases],
    erlang:display({aliases, length([A || A <- Aliases, receive {A, hello} -> true after 1000 -> false end])}),
    erlang:display({unaliased, length([A || A <- Aliases, unalias(A)])}),
    Timers = [erlang:send_after(100000 + K, self(), K) || K <- numbers(N)],
    erlang:display({timers, length([T || T <- Timers, is_integer(erlang:read_timer(T))]), length([T || T <- Timers, is_integer(erlang:cancel_timer(T))]), length([T || T <- Timers, erlang:cancel_timer(T) =:= false])}),
    %% One process watched by many, who all are told.
    Me = self(),
    W = spawn(fun() -> receive stop -> exit(seen) end end),
    Watchers = [spawn(fun() -> R = monitor(process, W), Me ! {self(), ready}, receive {'DOWN', R, _, _, Why} -> Me ! {self(), Why} end end) || _ <- numbers(1000)],
    [receive {P, ready} -> ok end || P <- Watchers],
    %% A watcher's monitor and its `ready` go to two processes, so OTP keeps no order between them.
    By = watched(W, 1000),
    W ! stop,
    erlang:display({watchers, By, length([P || P <- Watchers, receive {P, seen} -> true after 5000 -> false end])}),
    ok.

watched(W, N) ->
    case process_info(W, monitored_by) of
        {monitored_by, By} when length(By) < N -> receive after 1 -> watched(W, N) end;
        {monitored_by, By} -> length(By)
    end.

count(Item) -> {Item, L} = process_info(self(), Item), length(L).

split(0, L) -> {[], L};
split(N, [H | T]) -> {A, B} = split(N - 1, T), {[H | A], B}.

member(X, [X | _]) -> true;
member(X, [_ | T]) -> member(X, T);
member(_, []) -> false.

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
