-module(atomics_shared).
-export([start/0]).

%% One array, seen by all who have the reference, in messages, tables, funs and deep in terms.
start() ->
    A = atomics:new(100, []),
    Self = self(),
    Ps = [spawn_monitor(fun() -> [atomics:add(A, J, I) || J <- seq(1, 100), _ <- seq(1, 10)] end) || I <- seq(1, 20)],
    [receive {'DOWN', R, process, P, normal} -> ok end || {P, R} <- Ps],
    erlang:display([atomics:get(A, I) || I <- [1, 2, 50, 100]]),
    P2 = spawn(fun() -> receive {deep, [{x, #{k := {B}}}]} -> atomics:put(B, 5, 42), erlang:garbage_collect(), Self ! {back, B} end end),
    P2 ! {deep, [{x, #{k => {A}}}]},
    receive {back, C} -> erlang:display({C =:= A, atomics:get(A, 5), atomics:get(C, 5)}) end,
    T = ets:new(t, []),
    ets:insert(T, {counters, A}),
    [{counters, D}] = ets:lookup(T, counters),
    atomics:put(D, 6, 43),
    erlang:display({D =:= A, atomics:get(A, 6)}),
    put(kept, A),
    erlang:garbage_collect(),
    erlang:display(atomics:get(get(kept), 6)),
    E = fun() -> atomics:add_get(A, 7, 1000) end,
    erlang:display({E() - E(), E() > E()}),
    Many = [atomics:new(I, []) || I <- seq(1, 200)],
    [atomics:put(X, 1, I) || {X, I} <- zip(Many, seq(1, 200))],
    erlang:garbage_collect(),
    erlang:display([I || {X, I} <- zip(Many, seq(1, 200)), atomics:get(X, 1) =/= I]),
    Msg = [begin spawn(fun() -> Self ! {new, atomics:new(2, [{signed, false}])} end), receive {new, N} -> N end end || _ <- seq(1, 20)],
    erlang:display([begin atomics:sub(N, 2, 1), atomics:get(N, 2) end || N <- Msg] =:= [16#ffffffffffffffff || _ <- Msg]),
    ok.

seq(I, N) when I > N -> [];
seq(I, N) -> [I | seq(I + 1, N)].

zip([], []) -> [];
zip([A | As], [B | Bs]) -> [{A, B} | zip(As, Bs)].
