%% Links: made twice, taken away twice, to the dead, to oneself, to what is no pid.
-module(proc_link_twice).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    Wait = fun() -> receive stop -> ok end end,
    A = spawn(Wait),
    true = link(A), true = link(A), true = link(A),
    {links, L1} = process_info(self(), links),
    erlang:display({links, L1 =:= [A]}),
    true = unlink(A),
    {links, L2} = process_info(self(), links),
    erlang:display({links, L2}),
    true = unlink(A),
    true = link(A),
    exit(A, bye),
    erlang:display(receive {'EXIT', A, R1} -> R1 end),
    erlang:display(receive {'EXIT', A, R2} -> R2 after 10 -> none end),
    erlang:display({dead, unlink(A)}),
    erlang:display({link_dead, link(A), receive {'EXIT', A, R3} -> R3 after 5000 -> none end}),
    erlang:display({link_self, link(self()), process_info(self(), links)}),
    erlang:display({unlink_self, unlink(self())}),
    [erlang:display({link, What, catch_it(fun() -> link(What) end)}) || What <- [a, 1, "pid", {x, node()}, make_ref_atom(), []]],
    [erlang:display({unlink, What, catch_it(fun() -> unlink(What) end)}) || What <- [a, 1, "pid", {x, node()}, []]],
    process_flag(trap_exit, false),
    erlang:display({link_dead_untrapped, catch_it(fun() -> link(A) end)}),
    process_flag(trap_exit, true),
    %% From the other end.
    B = spawn(Wait),
    link(B),
    Me = self(),
    C = spawn(fun() -> link(B), Me ! linked, receive stop -> ok end end),
    receive linked -> ok end,
    {links, L3} = process_info(B, links),
    erlang:display({both, lists_sort(L3) =:= lists_sort([self(), C])}),
    B ! stop,
    erlang:display(receive {'EXIT', B, R4} -> R4 end),
    erlang:display({alive, is_process_alive(C)}),
    exit(C, kill),
    ok.

make_ref_atom() -> 'not a pid'.

catch_it(Fun) -> try Fun() catch Class:Reason -> {Class, Reason} end.

lists_sort(List) -> lists_sort(List, []).
lists_sort([], Sorted) -> Sorted;
lists_sort([H | T], Sorted) -> lists_sort(T, insert(H, Sorted)).
insert(X, [H | T]) when X > H -> [H | insert(X, T)];
insert(X, T) -> [X | T].
