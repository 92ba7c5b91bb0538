%% What one operation costs where there are 100, 10,000 and 100,000 things of its kind already.
-module(costs).
-export([start/0]).

start() ->
    [erlang:display({Kind, list_to_tuple([nanoseconds(Kind, Size) || Size <- [100, 10000, 100000]])}) || Kind <- kinds()],
    ok.

kinds() ->
    [spawn, send, call, link, monitor, alias, timer, name, dictionary, ets_set, ets_ordered_set].

rounds() -> 20000.

%% The shortest of five measurements, in a process of its own.
nanoseconds(Kind, Size) ->
    {Pid, Ref} = spawn_monitor(fun() -> exit({took, measured(Kind, Size)}) end),
    receive {'DOWN', Ref, process, Pid, {took, Time}} -> Time end.

measured(Kind, Size) ->
    Things = things(Kind, Size),
    Time = shortest(5, fun() -> rounds(Kind, Things, rounds()) end),
    drop(Kind, Things),
    Time.

shortest(0, _) -> infinity;
shortest(N, Work) ->
    Start = erlang:monotonic_time(),
    Work(),
    Time = erlang:convert_time_unit(erlang:monotonic_time() - Start, native, nanosecond) div rounds(),
    min(Time, shortest(N - 1, Work)).

rounds(_, _, 0) -> ok;
rounds(Kind, Things, N) -> round(Kind, Things, N), rounds(Kind, Things, N - 1).

numbers(N) -> numbers(N, []).
numbers(0, List) -> List;
numbers(N, List) -> numbers(N - 1, [N | List]).

idle(Size) -> list_to_tuple([spawn(fun idle_process/0) || _ <- numbers(Size)]).

idle_process() ->
    receive
        {From, N} -> From ! N, idle_process();
        stop -> ok
    end.

%% What there is already.
things(Kind, Size) when Kind =:= spawn; Kind =:= send -> idle(Size);
things(call, Size) ->
    %% Messages that nobody takes.
    [self() ! {other, N} || N <- numbers(Size)],
    spawn(fun server/0);
things(link, Size) ->
    Pids = idle(Size),
    [link(element(N, Pids)) || N <- numbers(Size)],
    {Pids, spawn(fun idle_process/0)};
things(monitor, Size) ->
    Pids = idle(Size),
    [monitor(process, element(N, Pids)) || N <- numbers(Size)],
    {Pids, element(1, Pids)};
things(alias, Size) -> [alias() || _ <- numbers(Size)];
things(timer, Size) -> [erlang:start_timer(1000000 + N, self(), N) || N <- numbers(Size)];
things(name, Size) ->
    Pids = idle(Size),
    [register(name(N), element(N, Pids)) || N <- numbers(Size)],
    Pids;
things(dictionary, Size) -> [put({key, N}, N) || N <- numbers(Size)], Size;
things(ets_set, Size) -> table(set, Size);
things(ets_ordered_set, Size) -> table(ordered_set, Size).

table(Type, Size) ->
    Table = ets:new(table, [Type]),
    [ets:insert(Table, {N, value}) || N <- numbers(Size)],
    Table.

name(N) -> list_to_atom("name_" ++ integer_to_list(N)).

server() ->
    receive
        {call, From, Ref} -> From ! {Ref, answer}, server();
        stop -> ok
    end.

round(spawn, _, N) ->
    Self = self(),
    spawn(fun() -> Self ! N end),
    receive N -> ok end;
round(send, Pids, N) ->
    element(N rem tuple_size(Pids) + 1, Pids) ! {self(), N},
    receive N -> ok end;
round(call, Server, _) ->
    Ref = monitor(process, Server),
    Server ! {call, self(), Ref},
    receive {Ref, answer} -> demonitor(Ref, [flush]) end;
round(link, {_, Pid}, _) -> link(Pid), unlink(Pid);
round(monitor, {_, Pid}, _) -> demonitor(monitor(process, Pid));
round(alias, _, _) -> unalias(alias());
round(timer, _, N) -> erlang:cancel_timer(erlang:start_timer(1000000 - N, self(), timer));
round(name, _, _) ->
    register(costs, self()),
    _ = whereis(costs),
    unregister(costs);
round(dictionary, _, N) -> put(N, N), _ = get(N), erase(N);
round(Kind, Table, N) when Kind =:= ets_set; Kind =:= ets_ordered_set ->
    ets:insert(Table, {{N}, N}),
    _ = ets:lookup(Table, {N}),
    ets:delete(Table, {N}).

drop(Kind, Pids) when Kind =:= spawn; Kind =:= send; Kind =:= name -> stop(Pids);
drop(Kind, {Pids, Pid}) when Kind =:= link; Kind =:= monitor ->
    process_flag(trap_exit, true),
    stop(Pids),
    exit(Pid, kill);
drop(call, Server) -> Server ! stop;
drop(timer, Timers) -> [erlang:cancel_timer(Timer) || Timer <- Timers];
drop(_, _) -> ok.

stop(Pids) -> [Pid ! stop || Pid <- tuple_to_list(Pids)].
