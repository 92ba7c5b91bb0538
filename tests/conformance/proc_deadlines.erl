%% Waiting until a moment, as servers do: what comes before it is taken, what comes behind it stays; many such at a time, with timers and aliases.
-module(proc_deadlines).
-export([start/0]).

start() ->
    [collect(Early, Late) || Early <- [0, 1, 5], Late <- [0, 3]],
    [calls(Mode, Server) || Mode <- [monitor, alias], Server <- [answers, dies, silent, absent, answers_twice]],
    [heartbeat(Beats) || Beats <- [1, 5]],
    [parallel(N) || N <- [1, 10, 40]],
    retries(),
    ok.

%% Of the messages that a timer's message divides.
collect(Early, Late) ->
    Me = self(), Ref = make_ref(),
    [Me ! {part, K} || K <- numbers(Early)],
    T = erlang:send_after(0, Me, {deadline, Ref}),
    receive {deadline, Ref} = D -> self() ! D end,
    [Me ! {part, Early + K} || K <- numbers(Late)],
    Got = parts(Ref),
    erlang:display({collect, Early, Late, Got, erlang:read_timer(T), [K || {part, K} <- flush()]}).

parts(Ref) -> receive {deadline, Ref} -> []; {part, K} -> [K | parts(Ref)] end.

calls(Mode, Kind) ->
    Server = spawn(fun() -> serve(Kind) end),
    Kind =:= absent andalso begin R0 = monitor(process, Server), exit(Server, kill), receive {'DOWN', R0, _, _, _} -> ok end end,
    Wait = case Kind of silent -> 20; _ -> 10000 end,
    Ref = case Mode of monitor -> monitor(process, Server); alias -> erlang:monitor(process, Server, [{alias, reply_demonitor}]) end,
    Server ! {case Mode of monitor -> self(); alias -> Ref end, Ref, question},
    Deadline = erlang:monotonic_time(millisecond) + Wait,
    Timer = erlang:start_timer(Deadline, self(), call, [{abs, true}]),
    Result = receive
                 {Ref, Answer} -> demonitor(Ref, [flush]), {ok, Answer};
                 {'DOWN', Ref, process, Server, Why} -> {down, Why};
                 {timeout, Timer, call} -> demonitor(Ref, [flush]), late
             end,
    Cancelled = erlang:cancel_timer(Timer),
    Late = case Result of late -> erlang:monotonic_time(millisecond) >= Deadline; _ -> is_integer(Cancelled) end,
    case Kind of answers_twice -> P2 = Server, R2 = monitor(process, P2), P2 ! stop, receive {'DOWN', R2, _, _, _} -> ok end; _ -> ok end,
    erlang:display({call, Mode, Kind, Result, Late, [X || {_, X} <- flush()]}),
    exit(Server, kill).

serve(Kind) ->
    receive
        {To, Ref, question} ->
            case Kind of
                answers -> To ! {Ref, answer};
                answers_twice -> To ! {Ref, answer}, To ! {Ref, again};
                dies -> exit(no_answer);
                _ -> ok
            end;
        stop -> exit(normal)
    end,
    serve(Kind).

%% A timer that is set anew with each beat does not fire while there are beats.
heartbeat(Beats) ->
    P = spawn_link(fun() -> heart(erlang:start_timer(300, self(), silence), 0) end),
    [begin P ! {self(), beat}, receive {P, alive} -> ok end end || _ <- numbers(Beats)],
    erlang:display({heartbeat, receive {silent, P, N} -> N after 0 -> P ! {report, self()}, receive {silent, P, N} -> N end end =:= Beats}).

heart(T, N) ->
    receive
        {From, beat} -> erlang:cancel_timer(T), receive {timeout, T, silence} -> ok after 0 -> ok end, From ! {self(), alive}, heart(erlang:start_timer(300, self(), silence), N + 1);
        {timeout, T, silence} -> receive {report, To} -> To ! {silent, self(), N} end
    end.

%% The later the deadline the later it is told, whoever has it.
parallel(N) ->
    Me = self(),
    Base = erlang:monotonic_time(millisecond) + 10,
    [erlang:send_after(Base + ((K * 7) rem N) * 2, Me, {at, (K * 7) rem N}, [{abs, true}]) || K <- numbers(N)],
    Got = [receive {at, X} -> X end || _ <- numbers(N)],
    erlang:display({parallel, N, Got =:= sorted(Got), length(Got)}).

%% Each attempt waits twice as long; the third is answered.
retries() ->
    Server = spawn_link(fun() -> receive _ -> ok end, receive _ -> ok end, receive {From, R} -> From ! {R, third} end end),
    erlang:display({retries, attempt(Server, 1, 5)}).

attempt(Server, N, Wait) ->
    R = make_ref(),
    Server ! {self(), R},
    receive {R, X} -> {N, X} after case N of 3 -> 10000; _ -> Wait end -> attempt(Server, N + 1, Wait * 2) end.

sorted(L) -> sorted(L, []).
sorted([], S) -> S;
sorted([H | T], S) -> sorted(T, insert(H, S)).
insert(X, [H | T]) when X > H -> [H | insert(X, T)];
insert(X, T) -> [X | T].

numbers(N) -> numbers(1, N).
numbers(A, B) when A > B -> [];
numbers(A, B) -> [A | numbers(A + 1, B)].

flush() -> receive X -> [X | flush()] after 0 -> [] end.
