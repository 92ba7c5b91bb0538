%% Reasons of every kind of term, which outlive the heap that they were made in.
-module(proc_exits_from_heaps).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    [one(Name, Make) || {Name, Make} <- terms()],
    ok.

terms() ->
    [{atom, fun() -> some end}, {small, fun() -> 42 end}, {bignum, fun() -> times(3, 80) end}, {negative, fun() -> -times(7, 50) end}, {float, fun() -> 1.5 * length(numbers(3)) end},
     {list, fun() -> numbers(500) end}, {deep, fun() -> deep(1000, x) end}, {tuple, fun() -> list_to_tuple(numbers(300)) end}, {map, fun() -> maps_of(10) end}, {large_map, fun() -> maps_of(100) end},
     {binary, fun() -> list_to_binary(numbers(50)) end}, {large_binary, fun() -> list_to_binary([numbers(250), numbers(250)]) end}, {sub_binary, fun() -> <<_:5, B/bitstring>> = list_to_binary(numbers(200)), B end},
     {bits, fun() -> <<5:3>> end}, {function, fun() -> X = length(numbers(7)), fun(Y) -> X + Y end end}, {reference, fun() -> make_ref() end}, {pid, fun() -> self() end},
     {mixed, fun() -> {numbers(5), #{a => list_to_binary(numbers(100))}, times(2, 70), [1.5, <<1:1>>, {}]} end}].

one(Name, Make) ->
    P = spawn_link(fun() -> numbers(2000), T = Make(), numbers(1000), exit({reason, T}) end),
    {Q, Ref} = spawn_monitor(fun() -> T = Make(), exit({reason, T}) end),
    A = receive {'EXIT', P, {reason, X}} -> X after 1000 -> none end,
    B = receive {'DOWN', Ref, process, Q, {reason, Y}} -> Y after 1000 -> none end,
    erlang:garbage_collect(),
    numbers(3000),
    case Name of
        function -> erlang:display({Name, A(1), B(2)});
        reference -> erlang:display({Name, is_reference(A), is_reference(B), A =:= B});
        pid -> erlang:display({Name, A =:= P, B =:= Q});
        _ -> erlang:display({Name, A =:= B, A =:= Make(), erlang:phash2(A)})
    end.

times(B, N) -> times(B, N, 1).
times(_, 0, P) -> P;
times(B, N, P) -> times(B, N - 1, B * P).

maps_of(N) -> maps_of(N, #{}).
maps_of(0, M) -> M;
maps_of(N, M) -> maps_of(N - 1, M#{{key, N} => [N]}).

deep(0, X) -> X;
deep(N, X) -> deep(N - 1, {[X]}).

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
