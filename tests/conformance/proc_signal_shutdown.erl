%% An exit signal of reason shutdown, to a process in every state, tied to us in every way.
-module(proc_signal_shutdown).
-export([start/0, hibernated/1]).

start() ->
    process_flag(trap_exit, true),
    [one(Trap, State, Tie) || Trap <- [false, true], State <- [waits, timeout, runs, hibernates, suspended, selective],
                              Tie <- [none, link, monitor, both, spawn_link, spawn_monitor, spawn_opt, twice, unlinked, demonitored]],
    ok.

reason() -> shutdown.

one(Trap, State, Tie) ->
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
    State =:= suspended andalso erlang:suspend_process(Pid),
    true = exit(Pid, reason()),
    State =:= suspended andalso is_process_alive(Pid) andalso (catch erlang:resume_process(Pid)),
    receive after 1 -> ok end,
    Told = sorted([told(M, Pid, Refs ++ More) || M <- flush()]),
    Alive = is_process_alive(Pid),
    exit(Pid, kill),
    Last = monitor(process, Pid),
    receive {'DOWN', Last, _, _, _} -> ok end,
    Rest = sorted([told(M, Pid, Refs ++ More) || M <- flush()]),
    erlang:display({Trap, State, Tie, Told, Alive, Rest}).

told({'EXIT', Pid, R}, Pid, _) -> {exit, R};
told({'DOWN', Ref, process, Pid, R}, Pid, Refs) -> {down, has(Ref, Refs), R};
told({Pid, ready}, Pid, _) -> ready;
told({Pid, got, {'EXIT', From, R}}, Pid, _) -> {got, From =:= self(), R};
told({Pid, got, X}, Pid, _) -> {got, X};
told(X, _, _) -> {other, X}.

has(X, [X | _]) -> true;
has(X, [_ | T]) -> has(X, T);
has(_, []) -> false.

state(waits, Me) -> receive Message -> Me ! {self(), got, Message} end, state(waits, Me);
state(suspended, Me) -> state(waits, Me);
state(timeout, Me) -> receive Message -> Me ! {self(), got, Message} after 100000 -> ok end, state(timeout, Me);
state(selective, Me) -> self() ! a, self() ! b, receive {'EXIT', _, _} = Message -> Me ! {self(), got, Message} end, state(waits, Me);
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
