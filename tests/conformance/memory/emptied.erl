%% What tables of the machine hold for many comes back when the many are gone while a few live; and what takes long lets
%% others run. Prints {Case, true} for each.
-module(emptied).
-export([start/0]).

start() ->
    Keep = few(),
    Cases = [{tables_with_binaries, fun(N) -> deaths(N, fun filling/0) end, 200},
             {memory_spent, fun(N) -> deaths(N, fun spending/0) end, 5},
             {processes, fun processes/1, 20000},
             {timers, fun timers/1, 20000},
             {binaries, fun binaries/1, 20000}],
    [same(Name, Fun, N) || {Name, Fun, N} <- Cases],
    [others_run(Type) || Type <- [set, ordered_set, duplicate_bag]],
    marked(),
    3 = length(Keep),
    ok.

%% Some of each that stay.
few() ->
    erlang:start_timer(3600000, self(), late),
    Pid = spawn(fun() -> receive stop -> ok end end),
    link(Pid),
    register(stays, Pid),
    [binary:copy(<<1>>, 100), binary:copy(<<2>>, 200), Pid].

%% Both measurements have the same things alive.
same(Name, Fun, N) ->
    Fun(1),
    Before = measure(Fun, 0),
    After = measure(Fun, N),
    Fun(0),
    erlang:display({Name, After =:= Before}).

measure(Fun, N) -> Fun(N), settled().

settled() ->
    receive after 10 -> ok end,
    erlang:garbage_collect(),
    erlang:garbage_collect(),
    erlang:memory(total).

deaths(0, _) -> ok;
deaths(N, Fun) ->
    {_, Ref} = spawn_monitor(Fun),
    receive {'DOWN', Ref, process, _, _} -> ok end,
    deaths(N - 1, Fun).

filling() ->
    Table = ets:new(t, []),
    [ets:insert(Table, {I, binary:copy(<<I>>, 100)}) || I <- seq(100)],
    exit(done).

spending() -> spend(ets:new(t, []), 0).
spend(Table, N) -> ets:insert(Table, {N, binary:copy(<<N>>, 70)}), spend(Table, N + 1).

processes(N) ->
    Pids = [spawn(fun() -> receive stop -> ok end end) || _ <- seq(N)],
    Refs = [monitor(process, Pid) || Pid <- Pids],
    [Pid ! stop || Pid <- Pids],
    [receive {'DOWN', Ref, _, _, _} -> ok end || Ref <- Refs],
    ok.

timers(N) ->
    Timers = [erlang:start_timer(3600000, self(), x) || _ <- seq(N)],
    [erlang:cancel_timer(Timer) || Timer <- Timers],
    ok.

binaries(N) -> length([binary:copy(<<I>>, 70) || I <- seq(N)]).

%% Each function that walks over a table lets another process run, and finds all.
others_run(Type) ->
    N = 20000,
    Table = ets:new(t, [Type, public]),
    [ets:insert(Table, {I, I rem 10}) || I <- seq(N)],
    Me = self(),
    Fives = [{{'$1', 5}, [], [true]}],
    Walks = [{select, fun() -> length(ets:select(Table, [{{'$1', 5}, [], ['$1']}])) end, N div 10},
             {select_reverse, fun() -> length(ets:select_reverse(Table, [{{'$1', 5}, [], ['$1']}])) end, N div 10},
             {match, fun() -> length(ets:match(Table, {'$1', 7})) end, N div 10},
             {match_object, fun() -> length(ets:match_object(Table, {'_', 7})) end, N div 10},
             {count, fun() -> ets:select_count(Table, Fives) end, N div 10},
             {tab2list, fun() -> length(ets:tab2list(Table)) end, N},
             {replace, fun() -> ets:select_replace(Table, [{{'$1', 3}, [], [{{'$1', 5}}]}]) end, N div 10},
             {delete, fun() -> ets:select_delete(Table, Fives) end, N div 5},
             {rest, fun() -> length(ets:select(Table, [{'_', [], ['$_']}])) end, N div 5 * 4}],
    [begin
         Ticker = spawn(fun() -> ticks(Me, 0) end),
         Found = Walk(),
         Ticker ! stop,
         receive {ticks, Ticks} -> ok end,
         Ok = Found =:= Wanted andalso Ticks > 1 andalso ets:info(Table, fixed) =:= false,
         Ok orelse erlang:display({Type, Name, Found, Ticks})
     end || {Name, Walk, Wanted} <- Walks],
    %% The table goes while somebody walks over it: badarg, with the table as it was named.
    {Pid, Ref} = spawn_monitor(fun() -> walk_for_ever(Table) end),
    [erlang:yield() || _ <- seq(20)],
    %% Who is killed in the middle leaves nothing fixed.
    {Killed, KilledRef} = spawn_monitor(fun() -> ets:select_count(Table, [{'_', [], [true]}]), exit(early) end),
    erlang:yield(),
    exit(Killed, kill),
    receive {'DOWN', KilledRef, _, _, killed} -> ok end,
    ets:delete(Table),
    Gone = receive {'DOWN', Ref, process, Pid, {badarg, [{ets, select_count, [Table, _], _} | _]}} -> true end,
    erlang:display({Type, Gone}).

walk_for_ever(Table) -> ets:select_count(Table, [{'_', [], [true]}]), walk_for_ever(Table).

ticks(To, N) ->
    receive stop -> To ! {ticks, N} after 0 -> erlang:yield(), ticks(To, N + 1) end.

%% With many messages in the mailbox, a call costs about what it costs with none; to look at all took 100 times as long.
marked() ->
    Server = spawn(fun server/0),
    None = time(Server, 5, infinity),
    [self() ! {unrelated, I} || I <- seq(20000)],
    Many = time(Server, 5, infinity),
    Server ! stop,
    erlang:display({calls, Many < None * 20}).

time(_, 0, Least) -> Least;
time(Server, N, Least) ->
    Start = erlang:monotonic_time(),
    calls(Server, 200),
    time(Server, N - 1, min(Least, erlang:monotonic_time() - Start)).

calls(_, 0) -> ok;
calls(Server, N) ->
    Ref = monitor(process, Server, [{alias, reply_demonitor}]),
    Server ! {call, Ref, N},
    receive
        {Ref, N} -> demonitor(Ref, [flush]);
        {'DOWN', Ref, _, _, Reason} -> exit(Reason)
    end,
    calls(Server, N - 1).

server() ->
    receive
        {call, Ref, N} -> Ref ! {Ref, N}, server();
        stop -> ok
    end.

seq(0) -> [];
seq(N) -> [N | seq(N - 1)].
