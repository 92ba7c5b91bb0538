%% Priorities: who of those that are ready runs, and that those of low priority are not starved.
-module(proc_priorities).
-export([start/0]).

start() ->
    process_flag(priority, max),
    Me = self(),
    [erlang:display({P, race(Me, P)}) || P <- [[low, normal], [normal, high], [low, high], [high, max], [low, max], [normal, max], [low, normal, high, max]]],
    process_flag(priority, normal),
    %% A spinning process of the same priority does not starve others; one of normal priority not those of low.
    [begin
         Spin = spawn_opt(fun() -> spin(0) end, [{priority, normal}]),
         P = spawn_opt(fun() -> Me ! {self(), work(20000, 0)} end, [{priority, L}]),
         erlang:display({with_spinner, L, receive {P, X} -> X after 20000 -> starved end}),
         exit(Spin, kill)
     end || L <- [low, normal, high]],
    %% The flag of another is told, and kept through waits.
    [begin
         P = spawn_opt(fun() -> receive stop -> ok end end, [{priority, L}]),
         A = process_info(P, priority),
         P ! other,
         erlang:yield(),
         erlang:display({L, A, process_info(P, priority)}),
         exit(P, kill)
     end || L <- [low, normal, high, max]],
    erlang:display([process_flag(priority, L) || L <- [low, high, max, normal, normal]]),
    ok.

%% All are made while the one that makes them has the highest priority; the highest of them ends first.
race(Me, Priorities) ->
    Pids = [{spawn_opt(fun() -> work(3000, 0), Me ! {ended, L} end, [{priority, L}, monitor]), L} || L <- Priorities],
    process_flag(priority, low),
    Order = [receive {ended, L} -> L end || _ <- Pids],
    process_flag(priority, max),
    [receive {'DOWN', R, _, _, _} -> ok end || {{_, R}, _} <- Pids],
    length(Order) =:= length(Priorities).

work(0, Sum) -> Sum;
work(N, Sum) -> work(N - 1, Sum + N).

spin(N) -> spin(N + 1).
