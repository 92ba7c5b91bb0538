%% Servers as gen_server makes them, by hand: calls with monitors and timeouts, casts, stops, crashes in the middle of a call.
-module(proc_servers_by_hand).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    [scenario(Name, Steps) || {Name, Steps} <-
        [{counts, [{call, get}, {call, add}, {call, add}, {call, get}, {cast, add}, {call, get}]},
         {stops, [{call, add}, {call, stop}, {call, get}]},
         {crashes, [{call, add}, {call, crash}, {call, get}]},
         {exits, [{call, {exit, shutdown}}, {call, get}]},
         {slow, [{call, {sleep, 400}}, flush, {call, get}]},
         {slow_then_late, [{call, {sleep, 400}}, wait, flush]},
         {unknown, [{call, what}, {cast, what}, {call, get}]},
         {killed, [kill, {call, get}]},
         {normal, [{signal, normal}, {call, get}]},
         {linked, [{signal, boom}, {call, get}]},
         {many, [{call, add} || _ <- numbers(30)] ++ [{call, get}]}]],
    ok.

scenario(Name, Steps) ->
    Server = spawn_link(fun() -> loop(0) end),
    Results = [step(S, Server) || S <- Steps],
    erlang:display({Name, Results, exits(Server)}),
    unlink(Server), exit(Server, kill).

step({call, Request}, Server) -> call(Server, Request, 150);
step({cast, Request}, Server) -> Server ! {cast, Request}, ok;
step({signal, Reason}, Server) -> exit(Server, Reason), receive after 50 -> ok end, ok;
step(kill, Server) -> exit(Server, kill), ok;
step(wait, _) -> receive after 700 -> ok end, ok;
step(flush, _) -> receive after 700 -> ok end, flush().

call(Server, Request, Timeout) ->
    Ref = erlang:monitor(process, Server, [{alias, reply_demonitor}]),
    Server ! {call, {self(), Ref}, Request},
    receive
        {Ref, Reply} -> Reply;
        {'DOWN', Ref, _, _, {Reason, [_ | _]}} -> {down, Reason};
        {'DOWN', Ref, _, _, Reason} -> {down, Reason}
    after Timeout ->
        demonitor(Ref, [flush]),
        timeout
    end.

loop(N) ->
    receive
        {call, From, get} -> reply(From, N), loop(N);
        {call, From, add} -> reply(From, added), loop(N + 1);
        {call, From, stop} -> reply(From, stopped);
        {call, _, crash} -> error(crashed);
        {call, _, {exit, R}} -> exit(R);
        {call, From, {sleep, T}} -> receive after T -> reply(From, slept) end, loop(N);
        {call, From, _} -> reply(From, unknown), loop(N);
        {cast, add} -> loop(N + 1);
        _ -> loop(N)
    end.

reply({_, Ref}, Reply) -> Ref ! {Ref, Reply}.

exits(Server) -> receive {'EXIT', Server, {R, [_ | _]}} -> {exit, R}; {'EXIT', Server, R} -> {exit, R} after 100 -> none end.

flush() -> receive {_, X} -> [X | flush()] after 0 -> [] end.

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
