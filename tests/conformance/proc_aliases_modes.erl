%% Aliases in every mode: of alias/1 and of monitors, used once, twice, after unalias, after the end of what is watched.
-module(proc_aliases_modes).
-export([start/0]).

start() ->
    [plain(Options, Steps) || Options <- [none, [], [explicit_unalias], [reply]],
                              Steps <- [[send], [send, send], [unalias, send], [send, unalias, send], [unalias, unalias], [send, send, unalias]]],
    [monitored(Mode, Steps) || Mode <- [explicit_unalias, demonitor, reply_demonitor],
                               Steps <- [[send], [send, send], [send, stop], [stop, send], [demonitor, send], [send, demonitor, send],
                                         [unalias, send], [unalias, stop], [unalias, demonitor, send], [demonitor, unalias, send],
                                         [stop, unalias, send], [send, unalias, stop], [send, info], [info, info], [unalias, info],
                                         [stop, info], [send, send, stop, stop]]],
    wrong(),
    from_elsewhere(),
    ok.

plain(Options, Steps) ->
    A = case Options of none -> alias(); _ -> alias(Options) end,
    Results = [step(S, A, none) || S <- Steps],
    erlang:display({plain, Options, Steps, Results, flush(A)}),
    unalias(A).

monitored(Mode, Steps) ->
    Pid = spawn(fun() -> receive stop -> ok end end),
    A = erlang:monitor(process, Pid, [{alias, Mode}]),
    Results = [step(S, A, Pid) || S <- Steps],
    {monitors, Monitors} = process_info(self(), monitors),
    erlang:display({monitored, Mode, Steps, Results, length(Monitors), flush(A)}),
    unalias(A), demonitor(A, [flush]), exit(Pid, kill).

%% What has not been taken when the alias ends may be lost.
step(send, A, _) -> A ! {A, message}, receive {A, message} -> got after 3 -> lost end;
step(unalias, A, _) -> unalias(A);
step(demonitor, A, _) -> demonitor(A);
step(info, A, _) -> demonitor(A, [info]);
step(stop, _, Pid) ->
    Ref = monitor(process, Pid),
    Pid ! stop,
    receive {'DOWN', Ref, _, _, R} -> R end.

flush(A) -> receive {A, X} -> [X | flush(A)]; {'DOWN', A, process, _, R} -> [{down, R} | flush(A)]; {_, Other} -> [Other | flush(A)] after 0 -> [] end.

wrong() ->
    [erlang:display({wrong, O, try alias(O) catch C:R -> {C, R} end}) || O <- [a, [a], [reply | x], [{alias, reply}], [demonitor]]],
    [erlang:display({wrong, O, try unalias(O) catch C:R -> {C, R} end}) || O <- [a, 1, {}, []]],
    Ref = make_ref(),
    Ref ! lost,
    erlang:display({no_alias, unalias(Ref), flush(Ref)}),
    %% The last option counts.
    A = alias([reply, explicit_unalias]), A ! {A, 1}, A ! {A, 2},
    B = alias([explicit_unalias, reply]), B ! {B, 1}, B ! {B, 2},
    erlang:display({last, flush(B)}),
    erlang:display({last, flush(A)}),
    unalias(A).

from_elsewhere() ->
    A = alias(), Me = self(),
    {P, R} = spawn_monitor(fun() -> A ! {A, from_other}, Me ! {unalias, unalias(A)} end),
    receive {'DOWN', R, process, P, _} -> ok end,
    erlang:display({elsewhere, flush(A), unalias(A)}),
    %% An alias of one that is gone.
    {P2, R2} = spawn_monitor(fun() -> exit(alias()) end),
    Gone = receive {'DOWN', R2, process, P2, Alias} -> Alias end,
    Gone ! hello,
    erlang:display({gone, is_reference(Gone), unalias(Gone), flush(Gone)}),
    %% By send/2, send/3 and a timer.
    B = alias(),
    erlang:send(B, {B, two}), erlang:send(B, {B, three}, [nosuspend]),
    erlang:display({sends, flush(B)}),
    erlang:display({timer_to_alias, try erlang:send_after(0, B, {B, x}), ok catch C:E -> {C, E} end}),
    unalias(B).
