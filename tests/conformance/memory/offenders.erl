%% Processes that take memory without end, one after the other: each dies alone, of what it did. Who started it is told and
%% starts the next one; a process beside them never notices.
-module(offenders).
-export([start/0]).

-ifndef(TIMES).
-define(TIMES, 1000).
-endif.
deaths() -> ?TIMES.

kinds() ->
    {list, atoms, binary, binaries, own_mailbox, mailbox, processes, stack, dictionary, table, bag, tables, timers}.

start() ->
    Bystander = spawn_link(fun() -> bystander(numbers(100, [])) end),
    Held = held(),
    ok = deaths(deaths(), Bystander),
    true = held() - Held < 250000,
    Bystander ! {stop, self()},
    Deaths = deaths(),
    receive {Bystander, stopped, Deaths} -> ok end.

held() -> erlang:garbage_collect(), erlang:memory(total).

deaths(0, _) -> ok;
deaths(N, Bystander) ->
    Kind = element(N rem tuple_size(kinds()) + 1, kinds()),
    {Pid, Ref} = spawn_monitor(fun() -> offend(Kind) end),
    receive
        {'DOWN', Ref, process, Pid, Reason} ->
            case Reason of
                enomem -> ok;
                {system_limit, _} -> ok;
                _ -> erlang:display({Kind, ended, Reason}), exit(wrong)
            end
    end,
    Bystander ! {ping, self(), N},
    receive {Bystander, pong, N, 5050} -> ok end,
    deaths(N - 1, Bystander).

numbers(0, List) -> List;
numbers(N, List) -> numbers(N - 1, [N | List]).

%% Makes its list anew each time.
bystander(List) -> bystander(List, 0).
bystander(List, Pings) ->
    receive
        {ping, From, N} ->
            From ! {self(), pong, N, sum(List, 0)},
            bystander(copy(List), Pings + 1);
        {stop, From} ->
            From ! {self(), stopped, Pings}
    end.

copy([]) -> [];
copy([H | T]) -> [H | copy(T)].

sum([], Sum) -> Sum;
sum([H | T], Sum) -> sum(T, Sum + H).

offend(list) -> list([]);
offend(atoms) -> atoms(0);
offend(binary) -> binary(<<>>);
offend(binaries) -> binaries([]);
offend(own_mailbox) -> own_mailbox(0);
offend(mailbox) ->
    %% Who takes no message holds them; the sender is linked to it.
    mailbox(spawn_link(fun() -> receive never -> ok end end), 0);
offend(processes) -> processes(0);
offend(stack) -> stack(0);
offend(dictionary) -> dictionary(0);
offend(table) -> table(ets:new(table, []), 0);
offend(bag) -> bag(ets:new(bag, [bag, public]), 0);
offend(tables) -> tables(0);
offend(timers) -> timers(0).

list(List) -> list([List, one | List]).
%% They stay: at last there may be no new one, while there is memory for all else.
atoms(N) -> _ = list_to_atom("atom " ++ integer_to_list(N)), atoms(N + 1).
binary(Binary) -> binary(<<Binary/binary, 0:800>>).
binaries(List) -> binaries([<<(length(List)):8000>> | List]).
own_mailbox(N) -> self() ! {message, N}, own_mailbox(N + 1).
mailbox(Pid, N) -> Pid ! {message, N}, mailbox(Pid, N + 1).
processes(N) -> spawn_link(fun() -> receive never -> ok end end), processes(N + 1).
stack(-1) -> 0;
stack(N) -> 1 + stack(N + 1).
dictionary(N) -> put(N, {some, value}), dictionary(N + 1).
table(Table, N) -> ets:insert(Table, {N, <<N:4000>>, [N]}), table(Table, N + 1).
bag(Table, N) -> ets:insert(Table, [{N, key}, {N, lock}]), bag(Table, N + 1).
tables(N) -> ets:insert(ets:new(tables, [ordered_set]), {N}), tables(N + 1).
timers(N) -> erlang:start_timer(100000000, self(), {timer, N}), timers(N + 1).
