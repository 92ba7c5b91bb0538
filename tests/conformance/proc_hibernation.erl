%% hibernate: what is kept, what is not, how it wakes.
-module(proc_hibernation).
-export([start/0, woken/2, again/2]).

start() ->
    process_flag(trap_exit, true),
    Me = self(),
    A = spawn_link(fun() -> put(key, value), self() ! first, erlang:hibernate(?MODULE, woken, [Me, kept]) end),
    erlang:display(receive {A, X} -> X after 1000 -> none end),
    receive {'EXIT', A, normal} -> ok end,
    B = spawn_link(fun() -> erlang:hibernate(?MODULE, woken, [Me, {deep, [1, 2, 3]}]) end),
    receive after 100 -> ok end,
    erlang:display({waits, process_info(B, [status, message_queue_len])}),
    B ! hello,
    erlang:display(receive {B, Y} -> Y after 1000 -> none end),
    receive {'EXIT', B, R} -> erlang:display(R) end,
    %% Nothing of the stack is left: what would come behind is not reached.
    C = spawn_link(fun() -> try erlang:hibernate(?MODULE, woken, [Me, in_try]) of _ -> Me ! reached catch _:_ -> Me ! caught after Me ! cleaned end, Me ! behind end),
    C ! go,
    erlang:display(receive {C, Z} -> Z after 1000 -> none end),
    receive {'EXIT', C, R2} -> erlang:display(R2) end,
    erlang:display(receive W -> W after 5 -> nothing end),
    %% Woken by an exit message, and killed by a signal.
    D = spawn_link(fun() -> process_flag(trap_exit, true), erlang:hibernate(?MODULE, woken, [Me, trapping]) end),
    receive after 100 -> ok end,
    exit(D, wake),
    erlang:display(receive {D, {T, {'EXIT', From, Why}, L}} -> {T, From =:= Me, Why, L} after 1000 -> none end),
    E = spawn_link(fun() -> erlang:hibernate(?MODULE, woken, [Me, never]) end),
    receive after 100 -> ok end,
    exit(E, boom),
    erlang:display(receive {'EXIT', E, R3} -> R3 after 1000 -> none end),
    %% Again and again.
    F = spawn_link(fun() -> again(Me, 5) end),
    erlang:display([begin F ! {n, K}, receive {F, V} -> V after 1000 -> none end end || K <- [1, 2, 3, 4, 5]]),
    %% A large heap becomes small.
    G = spawn_link(fun() -> numbers(20000), erlang:hibernate(?MODULE, woken, [Me, small]) end),
    receive after 200 -> ok end,
    {total_heap_size, Words} = process_info(G, total_heap_size),
    erlang:display({small, Words < 1000}),
    exit(G, kill),
    [erlang:display({wrong, try erlang:hibernate(M, Fu, As) catch Cl:Re -> {Cl, Re} end}) || {M, Fu, As} <- [{1, f, []}, {m, 1, []}, {m, f, a}, {m, f, [a | b]}]],
    ok.

woken(Me, Kept) -> receive X -> Me ! {self(), {Kept, X, get()}} end.

again(_, 0) -> ok;
again(Me, N) ->
    receive {n, K} -> Me ! {self(), K * N} after 0 -> ok end,
    case get(seen) of undefined -> put(seen, 1); S -> put(seen, S + 1) end,
    erlang:hibernate(?MODULE, again, [Me, N]).

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
