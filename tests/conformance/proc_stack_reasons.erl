%% What exit reasons tell of the place of an error: the first frames, as a link and a monitor give them.
-module(proc_stack_reasons).
-export([start/0, one/1, two/2]).

start() ->
    process_flag(trap_exit, true),
    [show(N, F) || {N, F} <- cases()],
    [applied(A) || A <- [{?MODULE, one, []}, {?MODULE, one, [1, 2]}, {?MODULE, one, [other]}, {?MODULE, none, [a, b]}, {no_such_module, f, []}, {erlang, no_bif, [1]}, {erlang, hd, [[]]},
                         {erlang, error, [given]}, {erlang, exit, [given]}, {erlang, throw, [given]}, {erlang, apply, [a, b, c]}, {?MODULE, two, [1, 2]}, {erlang, '+', [a, 1]}]],
    ok.

cases() ->
    A = get(nothing),
    [{function_clause, fun() -> one(A) end}, {function_clause_args, fun() -> two(A, [1]) end}, {case_clause, fun() -> case A of 1 -> ok end end},
     {if_clause, fun() -> if A =:= 1 -> ok end end}, {badmatch, fun() -> {x, _} = A end}, {try_clause, fun() -> try A of 1 -> ok catch _:_ -> ok end end},
     {badarith, fun() -> A * A end}, {badarith_div, fun() -> 1 div zero(A) end}, {badarg, fun() -> atom_to_list(1 + zero(A)) end}, {badarg_element, fun() -> element(5, {A}) end},
     {badfun, fun() -> A(1) end}, {badfun_term, fun() -> (list(A))(1, 2) end}, {badarity, fun() -> F = fun(X) -> X end, apply(F, [A, A]) end}, {badmap, fun() -> A#{k => 1} end},
     {badkey, fun() -> M = #{a => A}, M#{k := 1} end}, {badkey_get, fun() -> map_get(k, #{a => A}) end}, {badmap_get, fun() -> map_get(k, A) end}, {badrecord, fun() -> {r, 1} = {r, A} end},
     {error2, fun() -> error(mine, [a, 1]) end}, {error2_none, fun() -> error(mine, none) end}, {error3, fun() -> error(mine, [b], [{error_info, #{cause => x}}]) end},
     {raise_error, fun() -> erlang:raise(error, mine, [{m, f, 1, []}]) end}, {raise_exit, fun() -> erlang:raise(exit, mine, [{m, f, 1, []}]) end}, {raise_throw, fun() -> erlang:raise(throw, mine, [{m, f, [x], [{line, 3}]}]) end},
     {raise_wrong, fun() -> erlang:raise(wrong, mine, []) end}, {raise_bad_stack, fun() -> erlang:raise(error, mine, [x]) end}, {nocatch, fun() -> throw({A}) end},
     {exit_stack, fun() -> exit({mine, [{m, f, 1, []}]}) end}, {system_limit, fun() -> list_to_atom(string(300)) end}, {nested, fun() -> try one(A) after self() end end},
     {rethrown, fun() -> try one(A) catch C:R:S -> erlang:raise(C, {again, R}, S) end end}, {caught_then, fun() -> try one(A) catch _:_ -> ok end, A * A end},
     {in_catch, fun() -> try error(first) catch _:first -> error(second) end end}, {in_after, fun() -> try ok after two(A, A) end end},
     {undef, fun() -> no_such_module:f(A, 1) end}, {undef_own, fun() -> ?MODULE:none(A) end}, {undef_var, fun() -> M = list_to_atom("no_such_" ++ "module"), M:f(A) end},
     {badarg_apply, fun() -> M = zero(A), M:f() end}, {send, fun() -> zero(A) ! x end}, {receive_timeout, fun() -> receive x -> ok after A -> ok end end},
     {bin, fun() -> <<A:8>> end}, {bin_size, fun() -> <<1:(zero(A) - 1)>> end}, {hd, fun() -> hd(list(A)) end}, {length, fun() -> length([1 | A]) end}].

zero(undefined) -> 0.
list(undefined) -> [].
string(0) -> [];
string(N) -> [$a | string(N - 1)].

one(1) -> ok.
two(1, 1) -> ok.

show(Name, Fun) ->
    {P, R} = spawn_opt(Fun, [link, monitor]),
    A = receive {'EXIT', P, X} -> X end,
    B = receive {'DOWN', R, process, P, Y} -> Y end,
    {Class, Caught} = try Fun() of V -> {value, V} catch C:E -> {C, E} end,
    erlang:display({Name, frames(A), A =:= B, Class, plain(Caught)}).

applied({M, F, A}) ->
    {P, R} = spawn_monitor(M, F, A),
    receive {'DOWN', R, process, P, Why} -> erlang:display({{M, F, A}, frames(Why)}) end.

frames({R, [{_, _, _, _} | _] = S}) -> {plain(R), first(S, 2)};
frames(R) -> {plain, R}.

plain({badarity, {F, A}}) when is_function(F, 1) -> {badarity, A};
plain(R) -> R.

first([], _) -> [];
first(_, 0) -> [];
first([{M, F, A, _} | T], N) -> [{M, name(atom_to_list(F)), A} | first(T, N - 1)].

name([$- | _]) -> 'fun';
name(L) -> list_to_atom(L).
