%% start_timer and send_after, cancel and read, with every option, in every state.
-module(proc_timers_all).
-export([start/0]).

start() ->
    [set(How, When, Then) || How <- [start_timer, send_after], When <- [soon, late, absolute_soon, absolute_late, absolute_past],
                             Then <- [wait, cancel, cancel_info, cancel_noinfo, cancel_async, cancel_async_noinfo, read, read_async, cancel_twice, read_cancelled]],
    order(),
    receivers(),
    wrong(),
    ok.

set(How, When, Then) ->
    {Time, Options} = case When of
                          soon -> {0, []};
                          late -> {100000, []};
                          absolute_soon -> {erlang:monotonic_time(millisecond) + 1, [{abs, true}]};
                          absolute_late -> {erlang:monotonic_time(millisecond) + 100000, [{abs, true}]};
                          absolute_past -> {erlang:monotonic_time(millisecond) - 5, [{abs, true}]}
                      end,
    T = case {How, Options} of
            {start_timer, []} -> erlang:start_timer(Time, self(), {msg, 1});
            {send_after, []} -> erlang:send_after(Time, self(), {msg, 1});
            {start_timer, _} -> erlang:start_timer(Time, self(), {msg, 1}, Options);
            {send_after, _} -> erlang:send_after(Time, self(), {msg, 1}, Options)
        end,
    Late = When =:= late orelse When =:= absolute_late,
    %% What fires has fired.
    case Late of true -> ok; false -> receive after 15 -> ok end end,
    Result = case Then of
                 wait -> waited;
                 cancel -> kind(erlang:cancel_timer(T));
                 cancel_info -> kind(erlang:cancel_timer(T, [{info, true}]));
                 cancel_noinfo -> kind(erlang:cancel_timer(T, [{info, false}]));
                 cancel_async -> {kind(erlang:cancel_timer(T, [{async, true}])), receive {cancel_timer, T, L} -> kind(L) after 1000 -> none end};
                 cancel_async_noinfo -> kind(erlang:cancel_timer(T, [{async, true}, {info, false}]));
                 read -> kind(erlang:read_timer(T));
                 read_async -> {kind(erlang:read_timer(T, [{async, true}])), receive {read_timer, T, L} -> kind(L) after 1000 -> none end};
                 cancel_twice -> {kind(erlang:cancel_timer(T)), kind(erlang:cancel_timer(T))};
                 read_cancelled -> {kind(erlang:cancel_timer(T)), kind(erlang:read_timer(T))}
             end,
    receive after 2 -> ok end,
    erlang:display({How, When, Then, Result, [case X of {timeout, T, M} -> {timeout, M}; _ -> X end || X <- flush()]}),
    erlang:cancel_timer(T).

kind(L) when is_integer(L), L > 90000, L =< 100001 -> late;
kind(L) when is_integer(L), L >= 0 -> integer;
kind(L) -> L.

order() ->
    Base = erlang:monotonic_time(millisecond) + 5,
    [erlang:send_after(Base + T, self(), {order, T, K}, [{abs, true}]) || {T, K} <- [{5, a}, {1, b}, {5, c}, {0, d}, {3, e}, {1, f}, {0, g}]],
    erlang:display([receive {order, T, K} -> {T, K} after 1000 -> none end || _ <- [1, 2, 3, 4, 5, 6, 7]]),
    %% The same moment: in the order of setting.
    When = erlang:monotonic_time(millisecond) + 3,
    [erlang:send_after(When, self(), {same, K}, [{abs, true}]) || K <- [1, 2, 3, 4, 5, 6, 7, 8]],
    erlang:display([receive {same, K} -> K after 1000 -> none end || _ <- [1, 2, 3, 4, 5, 6, 7, 8]]).

receivers() ->
    register(proc_timers_all_me, self()),
    erlang:send_after(0, proc_timers_all_me, to_name),
    erlang:display(receive to_name -> to_name after 1000 -> none end),
    T1 = erlang:send_after(0, proc_timers_all_nobody, to_nobody),
    receive after 10 -> ok end,
    erlang:display({nobody, erlang:read_timer(T1), flush()}),
    %% The name is looked up when the timer fires.
    erlang:send_after(10, proc_timers_all_later, later),
    register(proc_timers_all_later, spawn(fun() -> receive later -> proc_timers_all_me ! {it, came} end end)),
    erlang:display(receive {it, came} -> came after 1000 -> none end),
    {Pid, Ref} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', Ref, _, _, _} -> ok end,
    T2 = erlang:send_after(100000, Pid, to_dead),
    erlang:display({dead, kind(erlang:cancel_timer(T2))}),
    %% One that dies while its timer runs.
    {Pid2, Ref2} = spawn_monitor(fun() -> receive stop -> ok end end),
    T3 = erlang:send_after(100000, Pid2, to_dying),
    erlang:display({runs, kind(erlang:read_timer(T3))}),
    Pid2 ! stop,
    receive {'DOWN', Ref2, _, _, _} -> ok end,
    receive after 5 -> ok end,
    erlang:display({died, kind(erlang:read_timer(T3)), kind(erlang:cancel_timer(T3))}),
    %% Cancelled by another one.
    T4 = erlang:send_after(100000, self(), mine),
    Me = self(),
    spawn(fun() -> Me ! {cancelled, erlang:cancel_timer(T4)} end),
    erlang:display(receive {cancelled, L} -> kind(L) end),
    unregister(proc_timers_all_me).

wrong() ->
    [erlang:display({wrong, T, D, O, try erlang:start_timer(T, case D of self -> self(); _ -> D end, m, O) of R -> erlang:cancel_timer(R), ok catch C:E -> {C, E} end})
     || {T, D, O} <- [{-1, self, []}, {a, self, []}, {1.5, self, []}, {1, 1, []}, {1, "x", []}, {1, {a, node()}, []}, {1, self, a}, {1, self, [a]},
                      {1, self, [{abs, x}]}, {1, self, [{abs, true} | x]}, {-1, self, [{abs, true}]}, {-1, self, [{abs, false}]}, {1, self, [{abs, false}]},
                      {16#ffffffff, self, []}, {16#100000000, self, []}, {16#7fffffffffffff, self, []}]],
    [erlang:display({wrong_cancel, R, O, try erlang:cancel_timer(R, O) catch C:E -> {C, E} end}) || {R, O} <- [{a, []}, {1, []}, {self, [a]}]],
    Ref = make_ref(),
    [erlang:display({options, O, try erlang:cancel_timer(Ref, O) catch C:E -> {C, E} end, try erlang:read_timer(Ref, O) catch C:E -> {C, E} end})
     || O <- [[], a, [a], [{async, x}], [{info, x}], [{async, false}], [{info, false}], [{info, true}], [{async, false}, {info, true}], [{async, true} | x]]],
    erlang:display([case X of {Y, Ref, Z} -> {Y, Z}; _ -> X end || X <- flush()]).

flush() -> receive X -> [X | flush()] after 0 -> [] end.
