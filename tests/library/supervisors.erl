%% supervisor: all strategies, restarts, intensity, shutdowns, children that come and go.
%% pruned: unresolved
-module(supervisors).
-behaviour(supervisor).
-export([start/0, init/1, child/2, loop/1, bad/0]).

-define(P(X), io:format("~w ~tp~n", [?LINE, X])).

start() ->
    process_flag(trap_exit, true),
    logger:set_primary_config(level, none),
    [strategy(S) || S <- [one_for_one, one_for_all, rest_for_one]],
    simple(),
    restarts(),
    intensity(),
    shutdowns(),
    dynamic(),
    errors(),
    nested(),
    significant(),
    ok.

init(Spec) -> Spec.

%% Each child tells when it begins.
child(Name, Shared) ->
    {ok, spawn_link(fun() ->
        process_flag(trap_exit, Shared =:= trap),
        register(Name, self()),
        loop(Name)
    end)}.

loop(Name) ->
    receive
        {stop, Why} -> exit(Why);
        {'EXIT', _, shutdown} -> exit(shutdown);
        _ -> loop(Name)
    end.

bad() -> {error, no_way}.

spec(Id) -> spec(Id, permanent).
spec(Id, Restart) -> #{id => Id, start => {?MODULE, child, [Id, plain]}, restart => Restart}.

pids(Sup) -> [{Id, Pid} || {Id, Pid, _, _} <- supervisor:which_children(Sup)].

settle(Sup) ->
    timer:sleep(20),
    case is_process_alive(Sup) of
        true -> _ = supervisor:count_children(Sup), ok;
        false -> ok
    end.

strategy(S) ->
    {ok, Sup} = supervisor:start_link(?MODULE, {ok, {#{strategy => S, intensity => 10, period => 10}, [spec(a), spec(b), spec(c)]}}),
    Before = pids(Sup),
    b ! {stop, oops},
    settle(Sup),
    After = pids(Sup),
    ?P({S, [{Id, lists:member({Id, Pid}, Before)} || {Id, Pid} <- After]}),
    ?P(supervisor:count_children(Sup)),
    stop(Sup).

stop(Sup) ->
    exit(Sup, shutdown),
    receive {'EXIT', Sup, R} -> ?P({ended, R, [whereis(N) || N <- [a, b, c]]}) after 2000 -> ?P(still) end.

simple() ->
    {ok, Sup} = supervisor:start_link(?MODULE, {ok, {#{strategy => simple_one_for_one},
        [#{id => x, start => {?MODULE, child, []}, restart => temporary}]}}),
    [{ok, _} = supervisor:start_child(Sup, [N, plain]) || N <- [a, b, c]],
    ?P(supervisor:count_children(Sup)),
    ?P([{Id, T, M} || {Id, _, T, M} <- supervisor:which_children(Sup)]),
    ?P(supervisor:terminate_child(Sup, whereis(a))),
    ?P(supervisor:terminate_child(Sup, x)),
    ?P(supervisor:restart_child(Sup, x)),
    ?P(supervisor:delete_child(Sup, x)),
    ?P(supervisor:get_childspec(Sup, x)),
    b ! {stop, oops},
    settle(Sup),
    ?P(supervisor:count_children(Sup)),
    stop(Sup).

restarts() ->
    [
        begin
            {ok, Sup} = supervisor:start_link(?MODULE, {ok, {#{intensity => 5, period => 10}, [spec(a, Restart)]}}),
            First = whereis(a),
            a ! {stop, Why},
            settle(Sup),
            ?P({Restart, Why, is_pid(whereis(a)), whereis(a) =:= First, supervisor:count_children(Sup)}),
            stop(Sup)
        end
     || Restart <- [permanent, transient, temporary], Why <- [normal, shutdown, {shutdown, x}, oops]
    ].

intensity() ->
    {ok, Sup} = supervisor:start_link(?MODULE, {ok, {#{intensity => 2, period => 5}, [spec(a), spec(b)]}}),
    [begin a ! {stop, N}, timer:sleep(20) end || N <- [1, 2]],
    ?P(is_process_alive(Sup)),
    a ! {stop, 3},
    receive {'EXIT', Sup, R} -> ?P(R) after 1000 -> ?P(still) end,
    ?P(whereis(b)),
    %% A period that passes: times are counted in whole seconds.
    {ok, Sup2} = supervisor:start_link(?MODULE, {ok, {#{intensity => 1, period => 1}, [spec(a)]}}),
    a ! {stop, 1}, timer:sleep(2200), a ! {stop, 2}, timer:sleep(50),
    ?P(is_process_alive(Sup2)),
    stop(Sup2).

shutdowns() ->
    Stubborn = #{id => a, start => {proc_lib, start_link, [erlang, apply, [fun stubborn/0, []]]}, shutdown => 30},
    Brutal = Stubborn#{id => b, shutdown => brutal_kill},
    {ok, Sup} = supervisor:start_link(?MODULE, {ok, {#{}, [Stubborn, Brutal]}}),
    [{b, B, _, _}, {a, A, _, _}] = supervisor:which_children(Sup),
    Ra = monitor(process, A), Rb = monitor(process, B),
    ?P(supervisor:terminate_child(Sup, b)),
    receive {'DOWN', Rb, _, _, Wb} -> ?P(Wb) end,
    ?P(supervisor:terminate_child(Sup, a)),
    receive {'DOWN', Ra, _, _, Wa} -> ?P(Wa) end,
    ?P(supervisor:which_children(Sup)),
    stop(Sup).

stubborn() ->
    process_flag(trap_exit, true),
    proc_lib:init_ack({ok, self()}),
    stay().
stay() -> receive _ -> stay() end.

dynamic() ->
    {ok, Sup} = supervisor:start_link({local, dyn}, ?MODULE, {ok, {#{}, []}}),
    ?P(element(1, supervisor:start_child(dyn, spec(a)))),
    ?P(element(1, element(2, supervisor:start_child(dyn, spec(a))))),
    ?P(supervisor:terminate_child(dyn, a)),
    ?P(supervisor:start_child(dyn, spec(a))),
    ?P(element(1, supervisor:restart_child(dyn, a))),
    ?P(supervisor:restart_child(dyn, a)),
    ?P(supervisor:restart_child(dyn, none)),
    ?P(supervisor:delete_child(dyn, a)),
    ?P(supervisor:terminate_child(dyn, a)),
    ?P(supervisor:delete_child(dyn, a)),
    ?P(supervisor:get_childspec(dyn, a)),
    ?P(element(1, supervisor:start_child(dyn, {b, {?MODULE, child, [b, plain]}, transient, 100, worker, [x]}))),
    ?P(supervisor:get_childspec(dyn, b)),
    ?P(supervisor:start_child(dyn, #{id => i, start => {gen_server, start_link, [servers, ignore, []]}})),
    ?P(supervisor:start_child(dyn, #{id => e, start => {?MODULE, bad, []}})),
    ?P(supervisor:start_child(dyn, #{id => u, start => {?MODULE, undefined, []}})),
    ?P(supervisor:which_children(dyn) =/= []),
    stop(Sup).

errors() ->
    ?P([supervisor:start_link(?MODULE, X) || X <- [ignore, {ok, bad}, wrong, {ok, {#{strategy => x}, []}},
        {ok, {#{intensity => -1}, []}}, {ok, {#{}, [#{id => a}]}}, {ok, {{one_for_one, 1, 5}, [{a}]}},
        {ok, {#{}, [spec(a), spec(a)]}}, {ok, {#{}, [spec(a), #{id => b, start => {?MODULE, bad, []}}]}}]]),
    flush(),
    ?P(supervisor:check_childspecs([spec(a)])),
    ?P(supervisor:check_childspecs([#{id => a}])),
    ?P(supervisor:check_childspecs([spec(a), (spec(b))#{restart => x}])).

flush() -> receive {'EXIT', _, R} -> ?P(R), flush() after 0 -> ok end.

nested() ->
    Inner = #{id => inner, type => supervisor, start => {supervisor, start_link, [{local, inner}, ?MODULE, {ok, {#{intensity => 0}, [spec(a)]}}]}},
    {ok, Sup} = supervisor:start_link(?MODULE, {ok, {#{intensity => 1}, [Inner]}}),
    First = whereis(inner),
    a ! {stop, oops},
    timer:sleep(50),
    ?P({is_pid(whereis(inner)), whereis(inner) =:= First, is_pid(whereis(a)), supervisor:count_children(Sup)}),
    stop(Sup).

significant() ->
    [
        begin
            {ok, Sup} = supervisor:start_link(?MODULE, {ok, {#{auto_shutdown => Auto},
                [(spec(a, transient))#{significant => Auto =/= never}, (spec(b, temporary))#{significant => Auto =/= never}]}}),
            a ! {stop, normal},
            timer:sleep(20),
            ?P({Auto, is_process_alive(Sup)}),
            (catch b ! {stop, normal}),
            timer:sleep(20),
            ?P({Auto, is_process_alive(Sup)}),
            receive {'EXIT', Sup, R} -> ?P(R) after 0 -> stop(Sup) end
        end
     || Auto <- [never, any_significant, all_significant]
    ].
