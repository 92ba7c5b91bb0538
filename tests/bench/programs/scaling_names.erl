%% Names are registered, looked up, and freed by unregister or by the end of who has them.
-module(scaling_names).
-export([start/0, work/1]).

%% Times for one size and twice the size, the better of three runs each.
start() ->
    N = base(),
    erlang:display({microseconds, best(3, N), best(3, 2 * N)}),
    ok.

best(1, N) -> once(N);
best(Runs, N) -> min(once(N), best(Runs - 1, N)).

%% In a process of its own, whose heap starts small.
once(N) ->
    Self = self(),
    Pid = spawn(fun() ->
        process_flag(trap_exit, true),
        Start = erlang:monotonic_time(),
        ?MODULE:work(N),
        Time = erlang:monotonic_time() - Start,
        Self ! {self(), erlang:convert_time_unit(Time, native, microsecond)}
    end),
    receive {Pid, Time} -> Time end.

base() -> 20000.

work(N) ->
    Named = [{name(K), Pid} || {K, Pid} <- number(make(N, []), 1)],
    [register(Name, Pid) || {Name, Pid} <- Named],
    [Pid = whereis(Name) || {Name, Pid} <- Named],
    [unregister(Name) || {Name, _} <- Named],
    [register(Name, Pid) || {Name, Pid} <- Named],
    {_, Last} = hd(Named),
    Refs = [monitor(process, Pid) || {_, Pid} <- Named],
    [Pid ! stop || {_, Pid} <- Named],
    [receive {'DOWN', Ref, _, _, _} -> ok end || Ref <- Refs],
    undefined = process_info(Last).

name(K) -> list_to_atom("scaling_name_" ++ integer_to_list(K)).

number([], _) -> [];
number([Pid | Pids], K) -> [{K, Pid} | number(Pids, K + 1)].

make(0, Pids) -> Pids;
make(N, Pids) -> make(N - 1, [spawn(fun wait/0) | Pids]).

wait() -> receive {From, hello} -> From ! hello, wait(); stop -> ok end.
