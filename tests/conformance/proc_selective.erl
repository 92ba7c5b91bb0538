%% Selective receive: which message is taken, in which order the rest stays; by references, tags, guards, nested.
-module(proc_selective).
-export([start/0]).

start() ->
    [pattern(N) || N <- [1, 2, 3, 4, 5, 6]],
    calls(50),
    guards(),
    nested(),
    large(2000),
    shuffled(),
    killed_within(),
    ok.

fill() -> [self() ! X || X <- [{a, 1}, b, {c, 2}, {a, 3}, "text", {d, {e, 4}}, 5, b, {a, 6}]].

pattern(N) ->
    fill(),
    Taken = case N of
                1 -> receive {a, X} when X > 2 -> X after 0 -> none end;
                2 -> receive b -> b after 0 -> none end;
                3 -> receive {d, {e, X}} -> X; {c, X} -> X after 0 -> none end;
                4 -> receive X when is_list(X) -> X after 0 -> none end;
                5 -> receive X when is_integer(X), X > 5 -> X after 0 -> none end;
                6 -> receive {a, X} when X =:= 6; X =:= 3 -> X after 0 -> none end
            end,
    erlang:display({N, Taken, flush()}).

calls(N) ->
    Server = spawn_link(fun server/0),
    [self() ! {noise, K} || K <- numbers(200)],
    Results = [begin Ref = make_ref(), Server ! {Ref, self(), K}, receive {Ref, R} -> R end end || K <- numbers(N)],
    erlang:display({calls, sum(Results), length(flush())}),
    Monitored = [begin Ref = monitor(process, Server), Server ! {Ref, self(), K}, receive {Ref, R} -> demonitor(Ref, [flush]), R; {'DOWN', Ref, _, _, W} -> W end end || K <- numbers(N)],
    erlang:display({monitored, sum(Monitored), flush()}),
    unlink(Server), exit(Server, kill).

server() -> receive {Ref, From, K} -> From ! {Ref, K * 2} end, server().

guards() ->
    [self() ! K || K <- [1, a, 2.0, "s", {t}, <<"b">>, self(), make_ref(), #{}, fun() -> ok end]],
    erlang:display([receive X1 when is_map(X1) -> map end, receive X2 when is_function(X2) -> function end, receive X3 when is_float(X3) -> X3 end,
                    receive X4 when is_reference(X4) -> reference end, receive X5 when is_binary(X5) -> X5 end, receive X6 when is_tuple(X6) -> X6 end, receive X7 when is_pid(X7) -> pid end]),
    erlang:display(flush()).

nested() ->
    [self() ! K || K <- [1, 2, 3, 4, 5, 6]],
    R = receive 4 -> receive 2 -> receive 6 -> receive 1 -> [4, 2, 6, 1] end end end end,
    erlang:display({nested, R, flush()}).

large(N) ->
    [self() ! {K, K rem 10} || K <- numbers(N)],
    Got = [receive {X, D} -> X end || D <- [9, 0, 5, 3]],
    erlang:display({large, Got, length(flush())}).

shuffled() ->
    Keys = numbers(100),
    [self() ! {key, (K * 37) rem 101} || K <- Keys],
    Got = [receive {key, K} -> K end || K <- Keys],
    erlang:display({shuffled, Got =:= Keys, flush()}).

killed_within() ->
    process_flag(trap_exit, true),
    P = spawn_link(fun() -> [self() ! {no, K} || K <- numbers(100)], receive yes -> ok end end),
    receive after 2 -> ok end,
    exit(P, stop),
    erlang:display({killed, receive {'EXIT', P, R} -> R after 1000 -> none end}).

sum([]) -> 0;
sum([H | T]) -> H + sum(T).

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].

flush() -> receive X -> [X | flush()] after 0 -> [] end.
