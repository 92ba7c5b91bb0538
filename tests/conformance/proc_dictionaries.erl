%% The process dictionary: every kind of key, changes, erasing, of others, large ones.
-module(proc_dictionaries).
-export([start/0]).

start() ->
    Keys = [a, 1, 1.0, -1, 123456789012345678901234567890, "string", <<"binary">>, <<1:3>>, {a, b}, {}, [], [a | b], #{k => v}, self(), 0, 0.0, 1.5, <<>>, [[]]],
    [erlang:display({K2, put(K, {value, N}), get(K), put(K, N), get(K)}) || {N, K} <- numbered(1, Keys), K2 <- [case is_pid(K) of true -> pid; _ -> K end]],
    erlang:display({count, length(get()), length(get_keys())}),
    [erlang:display({get_keys, V, length(get_keys(V))}) || V <- [1, 5, {value, 1}, none]],
    [erlang:display({N, erase(K), get(K), erase(K)}) || {N, K} <- numbered(1, Keys)],
    erlang:display({empty, get(), get_keys(), erase()}),
    [put({key, K rem 7, K}, K * K) || K <- numbers(2000)],
    erlang:display({many, length(get()), sum([V || {_, V} <- get()]), get({key, 3, 10}), get({key, 5, 1999})}),
    [erase({key, K rem 7, K}) || K <- numbers(2000), K rem 3 =/= 0],
    erlang:display({third, length(get()), sum([V || {_, V} <- get()]), get({key, 3, 10}), get({key, 6, 6})}),
    [put({key, K rem 7, K}, changed) || K <- numbers(2000), K rem 6 =:= 0],
    erlang:display({changed, length(get_keys(changed)), get({key, 6, 6})}),
    erlang:garbage_collect(),
    erlang:display({collected, length(get()), length(erase()), length(get())}),
    Me = self(),
    P = spawn(fun() -> put(mine, [1]), put(other, {2}), Me ! ready, receive stop -> ok end end),
    receive ready -> ok end,
    {dictionary, D} = process_info(P, dictionary),
    erlang:display({of_other, length(D), value(mine, D), value(other, D), value(none, D)}),
    put(own, 1),
    erlang:display({own, process_info(self(), dictionary)}),
    exit(P, kill),
    Old = put(list, [1]), New = put(list, [2 | get(list)]),
    erlang:display({Old, New, get(list)}),
    ok.

value(K, [{K, V} | _]) -> V;
value(K, [_ | T]) -> value(K, T);
value(_, []) -> undefined.

numbered(_, []) -> [];
numbered(N, [H | T]) -> [{N, H} | numbered(N + 1, T)].

sum([]) -> 0;
sum([H | T]) -> H + sum(T).

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
