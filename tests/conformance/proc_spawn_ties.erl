%% spawn_opt and its like with link and monitor in every form: what the parent hears when the child ends in every way.
-module(proc_spawn_ties).
-export([start/0, run/1]).

start() ->
    [one(Trap, How, End) || Trap <- [true, false],
        How <- [spawn, spawn_link, spawn_monitor, spawn3, spawn_link3, spawn_monitor3, {opt, [link]}, {opt, [monitor]}, {opt, [link, monitor]}, {opt, [monitor, link, monitor]},
                {opt, [{monitor, []}]}, {opt, [{monitor, [{tag, my}]}]}, {opt, [{monitor, [{tag, my}]}, link]}, {opt, [{monitor, [{alias, explicit_unalias}]}]},
                {opt, [{monitor, [{alias, demonitor}, {tag, {t}}]}]}, {opt, [{monitor, [{alias, reply_demonitor}]}]}, {opt, [monitor, {monitor, [{tag, second}]}]},
                {request, [link]}, {request, [monitor, link]}, {request, [{reply, no}, monitor]}, {request, [{reply_tag, rt}, {monitor, [{tag, mt}]}]}],
        End <- [normal, boom, kill, killed]],
    ok.

one(Trap, How, End) ->
    Me = self(),
    {P, R} = spawn_monitor(fun() ->
        process_flag(trap_exit, Trap),
        Made = make(How, End),
        {Ref, Alias} = case Made of {_, X} -> {X, X}; _ when is_reference(Made) -> {Made, none}; _ -> {none, none} end,
        Child = case Made of
                    {C, _} -> C;
                    _ when is_pid(Made) -> Made;
                    _ -> receive {_, Ref, ok, C} -> self() ! {reply}, C after 0 -> receive {hello, C} -> C end end
                end,
        %% It says its name when it runs, unless that was taken.
        case is_reference(Made) of true -> receive {hello, Child} -> ok after 0 -> ok end; false -> receive {hello, Child} -> ok end end,
        {links, L} = process_info(self(), links), {monitors, M} = process_info(self(), monitors),
        Before = {length(L), length(M)},
        case Alias of none -> ok; _ -> Child ! {via, Alias} end,
        Extra = monitor(process, Child),
        Child ! finish,
        receive {'DOWN', Extra, _, _, _} -> ok end,
        receive after 1 -> ok end,
        Told = sorted([case Msg of
                           {'EXIT', Child, Why} -> {'EXIT', Why};
                           {Tag, Ref, process, Child, Why} -> {Tag, Why};
                           {hello, Child} -> hello;
                           _ -> Msg
                       end || Msg <- flush()]),
        exit({told, Before, Told, process_info(self(), [links, monitors])})
    end),
    receive {'DOWN', R, process, P, Why} -> erlang:display({Trap, How, End, Why}) end,
    _ = Me.

make(How, End) ->
    Me = self(),
    F = fun() -> run({Me, End}) end,
    case How of
        spawn -> spawn(F);
        spawn_link -> spawn_link(F);
        spawn_monitor -> spawn_monitor(F);
        spawn3 -> spawn(?MODULE, run, [{Me, End}]);
        spawn_link3 -> spawn_link(?MODULE, run, [{Me, End}]);
        spawn_monitor3 -> spawn_monitor(?MODULE, run, [{Me, End}]);
        {opt, O} -> spawn_opt(F, O);
        {request, O} -> spawn_request(?MODULE, run, [{Me, End}], O)
    end.

run({Me, End}) ->
    Me ! {hello, self()},
    receive finish -> ok; {via, Alias} -> Alias ! {by, alias}, Alias ! {by, alias_again}, receive finish -> ok end end,
    exit(End).

sorted(L) -> sorted(L, []).
sorted([], S) -> S;
sorted([H | T], S) -> sorted(T, insert(H, S)).
insert(X, [H | T]) when X > H -> [H | insert(X, T)];
insert(X, T) -> [X | T].

flush() -> receive X -> [X | flush()] after 0 -> [] end.
