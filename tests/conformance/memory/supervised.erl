%% OTP's own supervisor starts again whatever took memory without end; another child of it never notices.
-module(supervised).
-export([start/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).
-export([start_offender/1, start_bystander/0]).

-ifndef(TIMES).
-define(TIMES, 1000).
-endif.
deaths() -> ?TIMES.

kinds() ->
    {list, atoms, binary, binaries, own_mailbox, mailbox, processes, stack, dictionary, table, bag, tables, timers}.

start() ->
    process_flag(trap_exit, true),
    %% A notice for each death would be all that is seen.
    logger:set_primary_config(level, none),
    {ok, Supervisor} = supervisor:start_link(?MODULE, {supervisor, self()}),
    Offender = receive {started, First} -> First end,
    Held = held(),
    ok = deaths(deaths(), Offender),
    Growth = held() - Held,
    Deaths = deaths(),
    Deaths = gen_server:call(bystander, pings),
    true = is_process_alive(Supervisor),
    [{bystander, _, worker, _}, {offender, _, worker, _}] = lists:keysort(1, supervisor:which_children(Supervisor)),
    %% The atoms, an eighth of the memory, and a little more.
    erlang:display({grown, Growth < 200000}),
    ok.

held() -> erlang:garbage_collect(), erlang:memory(total).

deaths(0, _) -> ok;
deaths(N, Offender) ->
    Kind = element(N rem tuple_size(kinds()) + 1, kinds()),
    Ref = monitor(process, Offender),
    Offender ! {offend, Kind},
    receive
        {'DOWN', Ref, process, Offender, Reason} ->
            case Reason of
                enomem -> ok;
                {system_limit, _} -> ok;
                _ -> erlang:display({Kind, ended, Reason}), exit(wrong)
            end
    end,
    receive {started, Next} -> true = Next =/= Offender end,
    5050 = gen_server:call(bystander, ping),
    deaths(N - 1, Next).

%% The children.

start_offender(Starter) -> gen_server:start_link(?MODULE, {offender, Starter}, []).
start_bystander() -> gen_server:start_link({local, bystander}, ?MODULE, bystander, []).

init({supervisor, Starter}) ->
    Flags = #{strategy => one_for_one, intensity => 2 * deaths(), period => 1},
    {ok, {Flags, [#{id => bystander, start => {?MODULE, start_bystander, []}},
                  #{id => offender, start => {?MODULE, start_offender, [Starter]}}]}};
init({offender, Starter}) ->
    Starter ! {started, self()},
    {ok, nothing};
init(bystander) ->
    {ok, {lists:seq(1, 100), 0}}.

handle_call(ping, _From, {List, Pings}) -> {reply, lists:sum(List), {[N || N <- List], Pings + 1}};
handle_call(pings, _From, {_, Pings} = State) -> {reply, Pings, State}.

handle_cast(_, State) -> {noreply, State}.

handle_info({offend, Kind}, _) -> offend(Kind).

offend(list) -> list([]);
offend(atoms) -> atoms(0);
offend(binary) -> binary(<<>>);
offend(binaries) -> binaries([]);
offend(own_mailbox) -> own_mailbox(0);
offend(mailbox) -> mailbox(spawn_link(fun() -> receive never -> ok end end), 0);
offend(processes) -> processes(0);
offend(stack) -> stack(0);
offend(dictionary) -> dictionary(0);
offend(table) -> table(ets:new(table, []), 0);
offend(bag) -> bag(ets:new(bag, [bag, public]), 0);
offend(tables) -> tables(0);
offend(timers) -> timers(0).

list(List) -> list([List, one | List]).
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
