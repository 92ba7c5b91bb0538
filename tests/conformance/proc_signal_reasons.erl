%% An exit signal of every kind of reason, to a process in every state, tied to us in every way.
-module(proc_signal_reasons).
-export([start/0, hibernated/1]).

start() ->
    process_flag(trap_exit, true),
    [one(Reason, Trap, State, Tie)
     || Reason <- reasons(), Trap <- [false, true], State <- [waits, timeout, runs, hibernates, suspended, selective],
        Tie <- [none, link, monitor, both, spawn_link, spawn_monitor, spawn_opt, twice, unlinked, demonitored]],
    ok.

reasons() ->
    [normal, kill, killed, shutdown, {shutdown, [1, {2}]}, noproc, boom, 'EXIT', [], {badarg, [{m, f, 1, []}]}, "some text",
     {large, [12345678901234567890, 1.5, <<0:800>>, #{a => [b]}]}].

one(Reason, Trap, State, Tie) ->
    Me = self(),
    Run = fun() -> process_flag(trap_exit, Trap), Me ! {self(), ready}, state(State, Me) end,
    {Pid, Refs} = case Tie of
                      spawn_link -> {spawn_link(Run), []};
                      spawn_monitor -> {P, R} = spawn_monitor(Run), {P, [R]};
                      spawn_opt -> {P, R} = spawn_opt(Run, [link, monitor]), {P, [R]};
                      _ -> {spawn(Run), []}
                  end,
    receive {Pid, ready} -> ok end,
    More = case Tie of
               link -> link(Pid), [];
               monitor -> [monitor(process, Pid)];
               both -> link(Pid), [monitor(process, Pid)];
               twice -> link(Pid), link(Pid), [monitor(process, Pid), monitor(process, Pid)];
               unlinked -> link(Pid), unlink(Pid), [];
               demonitored -> demonitor(monitor(process, Pid), [flush]), [];
               _ -> []
           end,
    Last = monitor(process, Pid),
    State =:= suspended andalso erlang:suspend_process(Pid),
    true = exit(Pid, Reason),
    State =:= suspended andalso is_process_alive(Pid) andalso (catch erlang:resume_process(Pid)),
    %% It answers behind the exit message, if it lives.
    Pid ! sync,
    Alive = receive {Pid, got, sync} -> true; {'DOWN', Last, _, _, _} -> false end,
    Told = sorted([told(M, Pid, Refs ++ More) || M <- case Alive of true -> flush(); false -> ties(count(Tie)) ++ flush() end]),
    Rest = case Alive of
               false -> [];
               true ->
                   exit(Pid, kill),
                   receive {'DOWN', Last, _, _, _} -> ok end,
                   sorted([told(M, Pid, Refs ++ More) || M <- ties(count(Tie)) ++ flush()])
           end,
    erlang:display({Reason, Trap, State, Tie, Told, Alive, Rest}).

%% How many messages tell of the end.
count(none) -> 0;
count(unlinked) -> 0;
count(demonitored) -> 0;
count(both) -> 2;
count(spawn_opt) -> 2;
count(twice) -> 3;
count(_) -> 1.

ties(0) -> [];
ties(N) ->
    receive
        {'EXIT', _, _} = M -> [M | ties(N - 1)];
        {'DOWN', _, _, _, _} = M -> [M | ties(N - 1)]
    after 10000 -> [missing]
    end.

told({'EXIT', Pid, R}, Pid, _) -> {exit, R};
told({'DOWN', Ref, process, Pid, R}, Pid, Refs) -> {down, has(Ref, Refs), R};
told({Pid, got, {'EXIT', From, R}}, Pid, _) -> {got, From =:= self(), R};
told({Pid, got, X}, Pid, _) -> {got, X};
told(X, _, _) -> {other, X}.

has(X, [X | _]) -> true;
has(X, [_ | T]) -> has(X, T);
has(_, []) -> false.

state(waits, Me) -> receive Message -> Me ! {self(), got, Message} end, state(waits, Me);
state(suspended, Me) -> state(waits, Me);
state(timeout, Me) -> receive Message -> Me ! {self(), got, Message} after 100000 -> ok end, state(timeout, Me);
state(selective, Me) ->
    self() ! a, self() ! b,
    receive
        {'EXIT', _, _} = Message -> Me ! {self(), got, Message};
        sync -> Me ! {self(), got, sync}
    end,
    receive a -> ok end, receive b -> ok end,
    state(waits, Me);
state(hibernates, Me) -> erlang:hibernate(?MODULE, hibernated, [Me]);
state(runs, Me) ->
    receive Message -> Me ! {self(), got, Message} after 0 -> ok end,
    erlang:yield(),
    state(runs, Me).

hibernated(Me) -> receive Message -> Me ! {self(), got, Message} end, erlang:hibernate(?MODULE, hibernated, [Me]).

sorted(L) -> sorted(L, []).
sorted([], S) -> S;
sorted([H | T], S) -> sorted(T, insert(H, S)).
insert(X, [H | T]) when X > H -> [H | insert(X, T)];
insert(X, T) -> [X | T].

flush() -> receive X -> [X | flush()] after 0 -> [] end.
