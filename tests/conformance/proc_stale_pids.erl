%% What is done to processes that are gone: nothing happens, or an error says so.
-module(proc_stale_pids).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    Dead = [gone(R) || R <- [normal, boom, kill]],
    [begin
         erlang:display({send, P ! x =:= x, erlang:send(P, x), erlang:send(P, x, []), erlang:send_nosuspend(P, x)}),
         erlang:display({exits, exit(P, normal), exit(P, kill), exit(P, boom)}),
         erlang:display({alive, is_process_alive(P), process_info(P), process_info(P, links), erlang:garbage_collect(P)}),
         erlang:display({link, link(P), receive {'EXIT', P, R} -> R after 1000 -> none end, unlink(P)}),
         erlang:display({monitor, receive_down(monitor(process, P))}),
         erlang:display({errors, [try F() catch C:R2 -> {C, R2} end || F <- [fun() -> register(proc_stale, P) end, fun() -> group_leader(self(), P) end, 
                                                                                    fun() -> erlang:suspend_process(P) end, fun() -> erlang:resume_process(P) end, fun() -> process_flag(P, save_calls, 0) end]]})
     end || P <- Dead],
    %% Pids of those that are gone are not those of new ones.
    New = [spawn(fun() -> receive stop -> ok end end) || _ <- numbers(200)],
    erlang:display({different, [P || P <- Dead, N <- New, P =:= N], [P || P <- Dead, is_process_alive(P)]}),
    [exit(P, kill) || P <- New],
    ok.

receive_down(Ref) -> receive {'DOWN', Ref, process, _, R} -> R after 1000 -> none end.

gone(Reason) ->
    {P, Ref} = spawn_monitor(fun() -> exit(Reason) end),
    receive {'DOWN', Ref, process, P, Reason} -> P end.

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
