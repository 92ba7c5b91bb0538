%% garbage_collect of oneself and others, with every option.
-module(proc_collects).
-export([start/0]).

start() ->
    P = spawn(fun() -> receive stop -> ok end end),
    Dead = spawn(fun() -> ok end),
    Ref = monitor(process, Dead), receive {'DOWN', Ref, _, _, _} -> ok end,
    erlang:display({own, erlang:garbage_collect(), erlang:garbage_collect(self())}),
    erlang:display({other, erlang:garbage_collect(P), erlang:garbage_collect(Dead)}),
    [erlang:display({O, catch_it(fun() -> erlang:garbage_collect(self(), O) end), catch_it(fun() -> erlang:garbage_collect(P, O) end), catch_it(fun() -> erlang:garbage_collect(Dead, O) end)})
     || O <- [[], [{type, major}], [{type, minor}], [{type, x}], a, [a], [{async, 1} | x], [{async}]]],
    [erlang:display({async, T, [{erlang:garbage_collect(W, [{async, {id, N}}, {type, T}]), receive {garbage_collect, {id, N}, R} -> R after 1000 -> none end}
                                || {N, W} <- [{1, self()}, {2, P}, {3, Dead}]]}) || T <- [major, minor]],
    [erlang:display({wrong, W, catch_it(fun() -> erlang:garbage_collect(W) end), catch_it(fun() -> erlang:garbage_collect(W, []) end)}) || W <- [a, 1, [], {}]],
    %% What lives stays, in the one that waits and in the one that runs.
    Me = self(),
    Q = spawn(fun() -> L = numbers(500), B = list_to_binary(L0 = numbers(200)), receive ask -> Me ! {self(), length(L), byte_size(B), length(L0)} end end),
    receive after 3 -> ok end,
    [erlang:garbage_collect(Q) || _ <- [1, 2, 3]],
    Q ! ask,
    erlang:display(receive {Q, A, B, C} -> {A, B, C} end),
    S = spawn(fun() -> spin(Me, numbers(100)) end),
    [begin erlang:garbage_collect(S), erlang:yield() end || _ <- [1, 2, 3, 4, 5]],
    S ! ask,
    erlang:display(receive {S, N2} -> N2 after 5000 -> none end),
    exit(P, kill),
    ok.

spin(Me, L) -> receive ask -> Me ! {self(), length(L)} after 0 -> spin(Me, [hd(L) | tl(L)]) end.

catch_it(Fun) -> try Fun() catch C:R -> {C, R} end.

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
