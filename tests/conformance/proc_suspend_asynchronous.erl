%% suspend_process with {asynchronous, Tag}, by several processes at a time, and how the counts of each go up and down.
-module(proc_suspend_asynchronous).
-export([start/0]).

start() ->
    [one(Options, Times) || Options <- [[], [asynchronous], [{asynchronous, tag}], [{asynchronous, {t, [1]}}], [unless_suspending], [unless_suspending, asynchronous],
                                        [unless_suspending, {asynchronous, tag}], [{asynchronous, a}, {asynchronous, b}], [asynchronous, asynchronous]],
                            Times <- [1, 2, 3]],
    [several(N, Order) || N <- [2, 3, 5], Order <- [first, last, by_death]],
    [dead(O) || O <- [[], [asynchronous], [{asynchronous, tag}]]],
    ok.

one(Options, Times) ->
    P = spawn(fun echo/0),
    Results = [{erlang:suspend_process(P, Options), replies(Options, P)} || _ <- numbers(Times)],
    Counts = [{A, O} || {X, A, O} <- element(2, process_info(self(), suspending)), X =:= P],
    Status = process_info(P, status),
    P ! {self(), ping},
    Resumed = [try erlang:resume_process(P) catch C:R -> {C, R} end || _ <- numbers(Times + 1)],
    erlang:display({Options, Times, Results, Counts, Status, Resumed, receive {P, pong} -> pong end}),
    exit(P, kill).

replies(Options, P) ->
    case [T || {asynchronous, T} <- Options] of
        [] -> none;
        [T | _] -> receive {T, X} when X =/= pong -> {T, X} after 100 -> {none, is_process_alive(P), flush()} end
    end.

flush() -> receive X -> [X | flush()] after 0 -> [] end.

several(N, Order) ->
    P = spawn(fun echo/0),
    Me = self(),
    Holders = [spawn(fun() -> erlang:suspend_process(P), Me ! {self(), holds}, receive resume -> erlang:resume_process(P); stop -> ok end, Me ! {self(), let_go} end) || _ <- numbers(N)],
    [receive {H, holds} -> ok end || H <- Holders],
    P ! {self(), ping},
    States = [begin
                  Before = process_info(P, [status, message_queue_len]),
                  case Order of by_death -> stop(H); _ -> H ! resume, receive {H, let_go} -> ok end, stop(H) end,
                  Before
              end || H <- case Order of last -> reverse(Holders, []); _ -> Holders end],
    erlang:display({N, Order, States, receive {P, pong} -> pong end, process_info(P, status)}),
    exit(P, kill).

stop(H) -> R = monitor(process, H), exit(H, kill), receive {'DOWN', R, _, _, _} -> ok end.

dead(Options) ->
    {P, R} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', R, _, _, _} -> ok end,
    erlang:display({dead, Options, try erlang:suspend_process(P, Options) catch C:E -> {C, E} end, replies(Options, P), process_info(self(), suspending)}).

echo() -> receive {From, ping} -> From ! {self(), pong} end, echo().

reverse([], L) -> L;
reverse([H | T], L) -> reverse(T, [H | L]).

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
