%% What is logged of processes that crash: plain ones, those of proc_lib, of the behaviours, of supervisors.
-module(crash_reports).
-behaviour(gen_server).
-export([start/0, init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2, plain/1, run/1, child/1]).

start() ->
    %% The first report must not be overtaken by what this prints.
    #{level := notice} = logger:get_primary_config(),
    process_flag(trap_exit, true),
    [say(Name, fun() -> ended(spawn_monitor(F)) end) || {Name, F} <- plain()],
    say("mfa", fun() -> ended(spawn_monitor(?MODULE, plain, [{x, "y"}])) end),
    say("undefined", fun() -> ended(spawn_monitor(?MODULE, no_such, [1, 2])) end),
    say("no module", fun() -> ended(spawn_monitor(no_such_module, f, [])) end),
    say("linked", fun() -> Pid = spawn_link(fun() -> error(linked) end), receive {'EXIT', Pid, _} -> ok end end),
    [say({proc_lib, Name}, fun() -> ended(proc_lib:spawn_opt(F, [monitor])) end) || {Name, F} <- plain()],
    say("proc_lib mfa", fun() -> ended(proc_lib:spawn_opt(?MODULE, plain, [{x, "y"}], [monitor])) end),
    say("neighbours", fun() ->
        ended(proc_lib:spawn_opt(fun() ->
            put(key, "value"),
            register(crasher, self()),
            self() ! message,
            proc_lib:spawn_link(fun() -> receive after infinity -> ok end end),
            timer:sleep(5),
            exit(with_neighbour)
        end, [monitor]))
    end),
    say("ancestors", fun() ->
        ended(proc_lib:spawn_opt(fun() ->
            {P, M} = proc_lib:spawn_opt(fun() -> error(deep) end, [monitor]),
            receive {'DOWN', M, process, P, _} -> ok end
        end, [monitor]))
    end),
    say("start_link fails", fun() -> gen_server:start_link(?MODULE, crash, []) end),
    say("init stops", fun() -> gen_server:start_link(?MODULE, stop, []) end),
    [say({server, Why}, fun() -> server(Why) end) || Why <- [error, throw, exit, bad_return, stop, normal, shutdown, undef]],
    [say({cast, Why}, fun() -> cast(Why) end) || Why <- [error, bad_return]],
    say("info", fun() -> {ok, S} = gen_server:start_link({local, named}, ?MODULE, ok, []), S ! crash, gone(S) end),
    say("unexpected", fun() -> {ok, S} = gen_server:start_link(?MODULE, ok, []), S ! unexpected, gen_server:stop(S) end),
    say("supervisor", fun supervised/0),
    say("nested error", fun() -> ended(spawn_monitor(fun() -> try error(a) catch error:a -> error({b, [c]}) end end)) end),
    say("long", fun() -> ended(spawn_monitor(fun() -> error(lists:seq(1, 60)) end)) end),
    say("unicode", fun() -> ended(spawn_monitor(fun() -> error({"\x{20ac}", <<"\x{20ac}"/utf8>>, [1024]}) end)) end),
    ok.

say(Name, F) ->
    io:format("--- ~tp~n", [Name]),
    _ = F(),
    flush(),
    timer:sleep(10),
    logger_std_h:filesync(default).

flush() -> receive _ -> flush() after 0 -> ok end.

ended({Pid, Monitor}) ->
    receive {'DOWN', Monitor, process, Pid, _} -> timer:sleep(40) end.

gone(Pid) -> receive {'EXIT', Pid, _} -> timer:sleep(40) end.

plain() ->
    [
        {error, fun() -> error(oops) end},
        {error_args, fun() -> error(oops, [a, b]) end},
        {badmatch, fun() -> {ok, _} = run(3) end},
        {badarith, fun() -> 1 / run(0) end},
        {badarg, fun() -> list_to_atom(run(x)) end},
        {function_clause, fun() -> child(run(1)) end},
        {case_clause, fun() -> case run(1) of 2 -> ok end end},
        {throw, fun() -> throw({thrown, "text"}) end},
        {exit, fun() -> exit(reason) end},
        {exit_tuple, fun() -> exit({reason, [1, 2, 3]}) end},
        {normal, fun() -> exit(normal) end},
        {shutdown, fun() -> exit({shutdown, x}) end},
        {raise, fun() -> erlang:raise(error, raised, [{m, f, 1, [{file, "x.erl"}, {line, 3}]}]) end},
        {raise_exit, fun() -> erlang:raise(exit, raised, []) end}
    ].

plain({x, What}) -> run(error({plain, What})).

run(X) -> X.

child(a) -> a.

server(Why) ->
    {ok, S} = gen_server:start_link(?MODULE, ok, []),
    _ = (catch gen_server:call(S, Why)),
    gone(S).

cast(Why) ->
    {ok, S} = gen_server:start_link(?MODULE, ok, []),
    gen_server:cast(S, Why),
    gone(S).

supervised() ->
    {ok, Sup} = supervisor:start_link(?MODULE, supervisor),
    [{_, Child, _, _}] = supervisor:which_children(Sup),
    exit(Child, killed_it),
    timer:sleep(20),
    [{_, Child2, _, _}] = supervisor:which_children(Sup),
    exit(Child2, kill),
    gone(Sup).

init(ok) -> {ok, state};
init(crash) -> error(in_init);
init(stop) -> {stop, {because, "text"}};
init(supervisor) ->
    {ok, {#{intensity => 1, period => 5}, [#{id => child, start => {gen_server, start_link, [?MODULE, ok, []]}}]}}.

handle_call(error, _, S) -> error({in_call, S});
handle_call(throw, _, _) -> throw(thrown);
handle_call(exit, _, _) -> exit(exited);
handle_call(bad_return, _, _) -> bad;
handle_call(stop, _, S) -> {stop, stopped, S};
handle_call(normal, _, S) -> {stop, normal, ok, S};
handle_call(shutdown, _, S) -> {stop, {shutdown, x}, ok, S};
handle_call(undef, _, _) -> ?MODULE:no_such_function(1).

handle_cast(error, _) -> error(in_cast);
handle_cast(bad_return, _) -> {bad, return}.

handle_info(crash, _) -> error(in_info);
handle_info(unexpected, S) -> logger:warning("got ~p", [unexpected]), {noreply, S}.

terminate(_, _) -> ok.
