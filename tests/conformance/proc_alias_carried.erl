%% Aliases carried in terms of every kind to other processes, which send by them while they hold, and after: by whom it is sent does not matter.
-module(proc_alias_carried).
-export([start/0]).

start() ->
    [one(Carrier, Mode, Ends) || Carrier <- [plain, tuple, list, map, key, 'fun', binary, dictionary, timer, ets_free, exit_reason, spawned],
                                 Mode <- [explicit_unalias, reply, demonitor, reply_demonitor], Ends <- [holds, unaliased, used]],
    [forwarded(N) || N <- [1, 2, 10]],
    equality(),
    ok.

one(Carrier, Mode, Ends) ->
    Server = spawn(fun() -> receive stop -> ok end end),
    A = case Mode of
            explicit_unalias -> alias([explicit_unalias]);
            reply -> alias([reply]);
            _ -> erlang:monitor(process, Server, [{alias, Mode}])
        end,
    Me = self(),
    case Ends of
        holds -> ok;
        unaliased -> unalias(A);
        used -> A ! {first, A}, receive {first, A} -> ok end
    end,
    Use = fun(X) -> X ! {by_alias, X}, X ! {again, X}, Me ! {used, X} end,
    case Carrier of
        plain -> P = taker(fun(X) -> X end, Use), P ! {it, A};
        tuple -> P = taker(fun({a, {X}}) -> X end, Use), P ! {it, {a, {A}}};
        list -> P = taker(fun([_, [X]]) -> X end, Use), P ! {it, [1, [A]]};
        map -> P = taker(fun(#{k := X}) -> X end, Use), P ! {it, #{k => A}};
        key -> P = taker(fun(M) -> hd([K || K <- maps_keys(M), is_reference(K)]) end, Use), P ! {it, #{A => 1}};
        'fun' -> P = taker(fun(F) -> F() end, Use), P ! {it, fun() -> A end};
        binary -> P = taker(fun(B) -> binary_to_term(B) end, Use), P ! {it, term_to_binary(A)};
        dictionary -> P = taker(fun(X) -> put(kept, X), erlang:garbage_collect(), erase(kept) end, Use), P ! {it, A};
        timer -> P = taker(fun(X) -> X end, Use), erlang:send_after(1, P, {it, A});
        ets_free -> P = taker(fun({X, X}) -> erlang:garbage_collect(), X end, Use), P ! {it, {A, A}};
        exit_reason -> {P, R} = spawn_monitor(fun() -> receive X -> exit({it, X}) end end), P ! A, receive {'DOWN', R, process, P, {it, B}} -> spawn(fun() -> Use(B) end) end;
        spawned -> spawn(fun() -> erlang:garbage_collect(), Use(A) end)
    end,
    receive {used, Got} -> ok end,
    Messages = [case M of {T, X} when X =:= A -> T; _ -> other end || M <- flush()],
    {monitors, Left} = process_info(self(), monitors),
    erlang:display({Carrier, Mode, Ends, Got =:= A, Messages, length(Left), unalias(A)}),
    demonitor(A, [flush]),
    exit(Server, kill).

taker(Get, Use) -> spawn(fun() -> receive {it, X} -> Use(Get(X)) end end).

maps_keys(M) -> maps:keys(M).

%% An alias goes through a chain of processes; each of them sends by it.
forwarded(N) ->
    A = alias(),
    P = chain(N),
    P ! {A, []},
    L = last_of(A), erlang:display({forwarded, N, L}),
    unalias(A),
    erlang:display({lost_or_not, length([X || {A2, X} <- flush(), A2 =:= A, is_list(X)])}).

last_of(A) -> receive {A, L} when is_list(L) -> L end.

chain(0) -> spawn(fun() -> receive {A, L} -> A ! {A, L} end end);
chain(N) -> Next = chain(N - 1), spawn(fun() -> receive {A, L} -> A ! {A, N}, receive after 0 -> ok end, Next ! {A, [N | L]} end end).

equality() ->
    A = alias(), B = alias(), C = make_ref(),
    erlang:display({equal, A =:= binary_to_term(term_to_binary(A)), A =:= B, A < B, A =:= C, is_reference(A), A == A, #{A => 1} =:= #{A => 1}, erlang:phash2(A) =:= erlang:phash2(binary_to_term(term_to_binary(A)))}),
    [unalias(X) || X <- [A, B]].

flush() -> receive {used, _} -> flush(); X -> [X | flush()] after 0 -> [] end.
