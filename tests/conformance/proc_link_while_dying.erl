%% Links and monitors made to processes that are about to end, or end meanwhile; many rounds.
-module(proc_link_while_dying).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    [rounds(How, 300) || How <- [link, monitor, both, spawn_link, unlink, exchange]],
    erlang:display({left, process_info(self(), links), process_info(self(), monitors), process_info(self(), message_queue_len)}),
    ok.

rounds(How, N) -> erlang:display({How, tally([one(How, K) || K <- numbers(N)])}).

one(link, K) ->
    P = spawn(fun() -> work(K), exit(gone) end),
    [erlang:yield() || _ <- numbers(K rem 3)],
    link(P),
    receive {'EXIT', P, R} when R =:= gone; R =:= noproc -> told after 5000 -> lost end;
one(monitor, K) ->
    P = spawn(fun() -> work(K), exit(gone) end),
    [erlang:yield() || _ <- numbers(K rem 3)],
    Ref = monitor(process, P),
    receive {'DOWN', Ref, process, P, R} when R =:= gone; R =:= noproc -> told after 5000 -> lost end;
one(both, K) ->
    P = spawn(fun() -> work(K), exit(gone) end),
    link(P), Ref = monitor(process, P),
    receive {'EXIT', P, _} -> receive {'DOWN', Ref, _, _, _} -> told after 5000 -> lost end after 5000 -> lost end;
one(spawn_link, K) ->
    P = spawn_link(fun() -> work(K), exit(gone) end),
    receive {'EXIT', P, gone} -> told after 5000 -> lost end;
one(unlink, K) ->
    P = spawn_link(fun() -> work(K), exit(gone) end),
    [erlang:yield() || _ <- numbers(K rem 3)],
    unlink(P),
    Ref = monitor(process, P),
    receive {'DOWN', Ref, _, _, _} -> ok end,
    receive {'EXIT', P, _} -> told after 0 -> told end;
one(exchange, K) ->
    %% Two that are linked and end both.
    Me = self(),
    P = spawn_link(fun() -> Q = spawn_link(fun() -> work(K), exit(gone) end), Me ! {self(), Q}, work(K), exit(went) end),
    receive {P, Q} -> Ref = monitor(process, Q), receive {'EXIT', P, _} -> receive {'DOWN', Ref, _, _, _} -> told end end end.

work(K) -> work(K rem 7 * 100, 0).
work(0, S) -> S;
work(N, S) -> work(N - 1, S + 1).

tally(L) -> {length([X || X <- L, X =:= told]), length([X || X <- L, X =:= lost])}.

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
