%% unlink from either end and from both, again and again, before, while and after the other end exits: exit messages come or not as the rules say.
-module(proc_unlink_orders).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    [one(Steps) || Steps <- [[stop], [unlink, stop], [unlink, link, stop], [link, unlink, stop], [link, link, unlink, stop], [unlink, unlink, stop], [other_unlinks, stop], [other_unlinks, link, stop],
                             [other_unlinks, other_links, stop], [unlink, other_links, stop], [unlink, other_links, unlink, stop], [other_unlinks, unlink, stop], [link, other_links, unlink, stop],
                             [stop, unlink], [stop, unlink, link], [stop, link], [stop, flush, link], [unlink, stop, link], [unlink, stop, link, unlink, link], [other_unlinks, stop, link],
                             [stop, unlink, flush, link, unlink, flush], [unlink, link, unlink, link, unlink, link, stop], [kill], [unlink, kill], [other_unlinks, other_links, unlink, link, kill],
                             [untrap, unlink, stop, trap], [untrap, other_unlinks, stop, trap], [untrap, unlink, link, unlink, stop, trap, link]]],
    many(),
    ok.

one(Steps) ->
    P = spawn_link(fun other/0),
    Results = [step(S, P) || S <- Steps],
    process_flag(trap_exit, true),
    Messages = [case M of {'EXIT', P, R} -> R; _ -> M end || M <- flush()],
    {links, L} = process_info(self(), links),
    erlang:display({Steps, Results, Messages, [X || X <- L, X =:= P]}),
    unlink(P), exit(P, kill), gone(P).

step(unlink, P) -> unlink(P);
step(link, P) -> Alive = is_process_alive(P), R = link(P), Alive orelse wait_exit(P), R;
step(stop, P) -> R = monitor(process, P), linked(P) andalso put(expected, true), P ! stop, receive {'DOWN', R, _, _, W} -> settled(P), W end;
step(kill, P) -> R = monitor(process, P), linked(P) andalso put(expected, true), exit(P, kill), receive {'DOWN', R, _, _, W} -> settled(P), W end;
step(flush, P) -> [R || {'EXIT', Q, R} <- flush(), Q =:= P];
step(untrap, _) -> process_flag(trap_exit, false);
step(trap, _) -> process_flag(trap_exit, true);
step(What, P) -> P ! {self(), What}, receive {P, R} -> R end.

linked(P) -> {links, L} = process_info(self(), links), [X || X <- L, X =:= P] =/= [].

%% The exit message of a link that there was has come.
settled(P) -> case erase(expected) of true -> wait_exit(P); undefined -> ok end.
wait_exit(P) -> receive {'EXIT', P, _} = M -> self() ! M after 5000 -> none end.

other() ->
    receive
        {From, other_links} -> link(From), From ! {self(), true}, other();
        {From, other_unlinks} -> unlink(From), From ! {self(), true}, other();
        stop -> exit(stopped)
    end.

gone(P) -> R = monitor(process, P), receive {'DOWN', R, _, _, _} -> ok end.

%% Nothing is left of many rounds.
many() ->
    {links, Before} = process_info(self(), links),
    P = spawn(fun other/0),
    [begin link(P), N rem 3 =:= 0 andalso unlink(P), N rem 5 =:= 0 andalso step(other_unlinks, P), N rem 7 =:= 0 andalso step(other_links, P), unlink(P) end || N <- numbers(200)],
    {links, L} = process_info(P, links),
    erlang:display({many, length(L), flush()}),
    exit(P, kill), gone(P),
    {links, After} = process_info(self(), links),
    erlang:display({after_many, length(After) - length(Before), flush()}).

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].

flush() -> receive X -> [X | flush()] after 0 -> [] end.
