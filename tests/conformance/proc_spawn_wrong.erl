%% What the spawn functions say of wrong arguments, and of calls that cannot be made.
-module(proc_spawn_wrong).
-export([start/0, run/0, run/1]).

start() ->
    process_flag(trap_exit, true),
    [erlang:display({funs, F, [try S(F) of _ -> ok catch C:R -> {C, R} end || S <- [fun erlang:spawn/1, fun erlang:spawn_link/1, fun erlang:spawn_monitor/1]]})
     || F <- [a, 1, {a, b, c}, [], "fun"]],
    [erlang:display({calls, M, F, A, [try S(M, F, A) of _ -> ok catch C:R -> {C, R} end || S <- [fun erlang:spawn/3, fun erlang:spawn_link/3, fun erlang:spawn_monitor/3]]})
     || {M, F, A} <- [{1, run, []}, {?MODULE, 1, []}, {?MODULE, run, a}, {?MODULE, run, [a | b]}, {"m", "f", "a"}, {?MODULE, run, {}}]],
    %% Calls of what is not there fail in the new process.
    [begin {P, Ref} = spawn_monitor(M, F, A), receive {'DOWN', Ref, process, P, {R, [{M2, F2, A2, _} | _]}} -> erlang:display({M, F, R, M2, F2, A2}) end end
     || {M, F, A} <- [{?MODULE, no_function, []}, {?MODULE, run, [1, 2, 3]}, {no_module_at_all, f, [x]}]],
    [begin {P, Ref} = spawn_monitor(F), receive {'DOWN', Ref, process, P, R} -> erlang:display({fun_of, N, first(R)}) end end
     || {N, F} <- [{0, fun ?MODULE:run/0}, {1, fun ?MODULE:no_function/0}, {2, fun no_module_at_all:f/0}]],
    Of1 = binary_to_term(term_to_binary(fun(X) -> X end)),
    erlang:display(try spawn_monitor(Of1) catch C:R -> {C, R} end),
    erlang:display(flush()),
    erlang:display({many_arguments, begin {P2, R2} = spawn_monitor(?MODULE, run, numbers(200)), receive {'DOWN', R2, process, P2, {Reason, _}} -> Reason end end}),
    ok.

first({undef, [{M, F, A, _} | _]}) -> {undef, M, F, A};
first(R) -> R.

run() -> exit(ran).
run(X) -> exit({ran, X}).

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].

flush() -> receive {'EXIT', _, _} -> flush(); X -> [X | flush()] after 5 -> [] end.
