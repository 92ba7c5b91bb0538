%% How a process ends, and what that does to one that is linked to it: that traps exits, and that does not.
-module(proc_exit_reasons_linked).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    [case_of(Name, Fun) || {Name, Fun} <- ends()],
    ok.

ends() ->
    [{returns, fun() -> ok end},
     {exit_normal, fun() -> exit(normal) end},
     {exit_shutdown, fun() -> exit(shutdown) end},
     {exit_shutdown_term, fun() -> exit({shutdown, [1, {2}]}) end},
     {exit_kill, fun() -> exit(kill) end},
     {exit_killed, fun() -> exit(killed) end},
     {exit_term, fun() -> exit({some, "reason", 1.5, <<"bin">>, #{a => 1}}) end},
     {exit_big, fun() -> exit(numbers(300)) end},
     {exit_noproc, fun() -> exit(noproc) end},
     {exit_self_normal, fun() -> exit(self(), normal), receive after 10 -> exit(alive) end end},
     {exit_self_term, fun() -> exit(self(), boom), receive after 10 -> exit(alive) end end},
     {exit_self_kill, fun() -> exit(self(), kill), receive after 10 -> exit(alive) end end},
     {exit_self_trapped, fun() -> process_flag(trap_exit, true), exit(self(), boom), receive {'EXIT', P, R} -> exit({got, P =:= self(), R}) end end},
     {exit_self_trapped_normal, fun() -> process_flag(trap_exit, true), exit(self(), normal), receive {'EXIT', P, R} -> exit({got, P =:= self(), R}) after 10 -> exit(none) end end},
     {exit_self_trapped_kill, fun() -> process_flag(trap_exit, true), exit(self(), kill), receive X -> exit({got, X}) after 10 -> exit(none) end end},
     {error_atom, fun() -> error(oops) end},
     {error_badarg, fun() -> atom_to_list(zero()) end},
     {error_badmatch, fun() -> {ok, _} = element(1, {{error, zero()}}) end},
     {error_undef, fun() -> no_such_module:function(1) end},
     {error_badarith, fun() -> zero() / zero() end},
     {error_case, fun() -> case zero() of 1 -> ok end end},
     {throws, fun() -> throw(ball) end},
     {throws_term, fun() -> throw({ball, [a]}) end},
     {caught_exit, fun() -> catch exit(x), exit(later) end},
     {in_after, fun() -> try exit(first) after exit(second) end end}].

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].

zero() -> case get(none) of undefined -> 0; _ -> 1 end.

case_of(Name, Fun) ->
    Trapper = spawn_link(fun() -> Fun() end),
    Told = receive {'EXIT', Trapper, Reason} -> plain(Reason) after 30000 -> nothing end,
    erlang:display({Name, trapped, Told}),
    %% A process between, which does not trap exits.
    Between = spawn_link(fun() ->
                                 spawn_link(fun() -> Fun() end),
                                 receive after patience(Name) -> exit(outlived) end
                         end),
    Passed = receive {'EXIT', Between, Reason2} -> plain(Reason2) after 30000 -> nothing end,
    erlang:display({Name, passed, Passed}),
    {Watched, Ref} = spawn_monitor(fun() -> Fun() end),
    Down = receive {'DOWN', Ref, process, Watched, Reason3} -> plain(Reason3) after 30000 -> nothing end,
    erlang:display({Name, down, Down}).

%% Only what is normal is outlived.
patience(Name) when Name =:= returns; Name =:= exit_normal; Name =:= exit_self_normal -> 50;
patience(_) -> 20000.

%% Without the stack trace.
plain({Reason, [{_, _, _, _} | _]}) -> {error, Reason};
plain(Reason) -> Reason.
