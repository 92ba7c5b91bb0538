%% process_info of processes in every state that can be waited for: what each item tells there.
-module(proc_info_states).
-export([start/0, woken/0, waits/1]).

start() ->
    Me = self(),
    register(proc_info_states_main, Me),
    [one(State) || State <- [waits, waits_timeout, hibernates, suspended, suspended_waiting, trapping, named, with_messages, linked, monitoring, monitored, high, off_heap, dictionary, small_heap, catching, dead, exits_normal]],
    unregister(proc_info_states_main),
    ok.

one(State) ->
    Me = self(),
    Other = spawn(fun() -> receive stop -> ok end end),
    P = spawn(?MODULE, waits, [{Me, State, Other}]),
    R = monitor(process, P),
    receive {P, ready} -> ok end,
    settle(State, P, R),
    case State of
        suspended -> erlang:suspend_process(P), P ! x;
        suspended_waiting -> erlang:suspend_process(P);
        with_messages -> P ! one, P ! {two, [2]}, P ! <<3>>, settle(State, P, R);
        monitored -> monitor(process, P);
        _ -> ok
    end,
    Items = [registered_name, status, message_queue_len, messages, links, monitors, monitored_by, dictionary, trap_exit, priority, error_handler, message_queue_data, suspending, current_function, initial_call, catchlevel, group_leader],
    erlang:display({State, [{I, tell(I, try process_info(P, I) catch C:E -> {C, E} end, Other)} || I <- Items]}),
    erlang:display({State, all, case process_info(P, [status, links, priority, trap_exit, message_queue_len]) of undefined -> undefined; L -> [{K, case V of [Q] when Q =:= Other -> [other]; _ -> V end} || {K, V} <- L] end, is_process_alive(P)}),
    [exit(X, kill) || X <- [P, Other]],
    case State of dead -> ok; exits_normal -> ok; _ -> receive {'DOWN', R, _, _, W} -> erlang:display({State, ends, W}) end end,
    flush().

%% It does what it does when it waits.
settle(dead, P, R) -> exit(P, kill), receive {'DOWN', R, _, _, _} -> ok end;
settle(exits_normal, P, R) -> P ! stop, receive {'DOWN', R, _, _, _} -> ok end;
settle(_, P, _) -> case process_info(P, status) of {status, waiting} -> ok; _ -> erlang:yield(), settle(x, P, x) end.

tell(I, undefined, _) -> {undefined, I};
tell(_, {_, L}, O) when is_list(L) -> [item(X, O) || X <- L];
tell(group_leader, {_, G}, _) -> G =:= group_leader();
tell(_, {_, X}, _) -> item(X, x);
tell(_, X, _) -> X.

item(P, O) when P =:= O -> other;
item(P, _) when P =:= self() -> me;
item({process, P}, O) when P =:= O -> {process, other};
item({P, A, B}, O) when P =:= O -> {other, A, B};
item(X, _) when is_pid(X) -> pid;
item(X, _) -> X.

waits({Me, State, Other}) ->
    case State of
        trapping -> process_flag(trap_exit, true);
        named -> register(proc_info_states_name, self());
        linked -> link(Other);
        monitoring -> monitor(process, proc_info_states_main);
        high -> process_flag(priority, high);
        off_heap -> process_flag(message_queue_data, off_heap);
        dictionary -> put(key, {value, [1]});
        small_heap -> process_flag(min_heap_size, 1000);
        _ -> ok
    end,
    Me ! {self(), ready},
    case State of
        waits_timeout -> receive never -> ok after 10000000 -> ok end;
        hibernates -> erlang:hibernate(?MODULE, woken, []);
        catching -> try receive never -> ok end catch throw:_ -> ok end;
        exits_normal -> receive stop -> ok end;
        _ -> receive never -> ok end
    end.

woken() -> receive never -> ok end.

flush() -> receive _ -> flush() after 0 -> ok end.
