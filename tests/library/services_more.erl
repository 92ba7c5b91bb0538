%% timer, pg, sys, gen_event, proc_lib and logger: what the other programs leave out.
%% pruned: unresolved
-module(services_more).
-export([start/0, init/1, handle_event/2, handle_call/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2, code_change/3, tell/2, tell/3, count/1, log/2]).

-define(P(X), begin logger_std_h:filesync(default), io:format("~w ~tp~n", [?LINE, catch X]) end).

start() ->
    process_flag(trap_exit, true),
    timers(),
    groups(),
    events(),
    systems(),
    process_starts(),
    handlers(),
    ok.

tell(To, What) -> To ! What.
tell(To, What, More) -> To ! {What, More}.
count(To) -> To ! counted, timer:sleep(1).

timers() ->
    Self = self(),
    Get = fun(Wait) -> receive X -> X after Wait -> nothing end end,
    Later = [
        {F, A}
     || {F, A} <- [
            {apply_after, [5, ?MODULE, tell, [Self, by_mfa]]}, {apply_after, [5, fun() -> Self ! by_fun end]},
            {apply_after, [5, fun(X) -> Self ! X end, [by_argument]]}, {send_after, [5, Self, by_pid]}, {send_after, [5, by_self]},
            {kill_after, [5, spawn_link(fun() -> receive never -> ok end end)]}, {exit_after, [5, spawn_link(fun() -> receive never -> ok end end), why]}
        ],
        erlang:function_exported(timer, F, length(A)) orelse code:ensure_loaded(timer) =:= none
    ],
    [begin {ok, _} = apply(timer, F, A), ?P({F, length(A), case Get(1000) of {'EXIT', _, R} -> {exited, R}; X -> X end}) end || {F, A} <- Later],
    Every = [
        {F, A}
     || {F, A} <- [
            {apply_interval, [3, ?MODULE, tell, [Self, tick]]}, {apply_interval, [3, fun() -> Self ! tick end]}, {send_interval, [3, Self, tick]}, {send_interval, [3, tick]},
            {apply_repeatedly, [3, ?MODULE, tell, [Self, tick]]}, {apply_repeatedly, [3, fun() -> Self ! tick end]}
        ],
        erlang:function_exported(timer, F, length(A))
    ],
    [begin {ok, T} = apply(timer, F, A), ?P({F, length(A), [Get(1000), Get(1000), Get(1000)], timer:cancel(T)}), drain() end || {F, A} <- Every],
    ?P([timer:F(A) || F <- [seconds, minutes, hours], A <- [0, 2]]),
    ?P([element(2, timer:tc(fun() -> done end)), element(2, timer:tc(fun(A) -> A end, [arg])), element(2, timer:tc(lists, max, [[1, 3]]))]),
    ?P(timer:now_diff({0, 2, 5}, {0, 1, 3})),
    ?P([timer:cancel(X) || X <- [nothing, {interval, make_ref()}]]),
    ?P([timer:send_after(X, y) || X <- [-1, infinity, 1.5]]),
    ?P([element(1, timer:apply_after(X, a, b, c)) || X <- [-1, z]]),
    ?P(timer:sleep(0)),
    ?P(timer:sleep(bad)),
    ?P(timer:start()),
    T1 = erlang:start_timer(10000, Self, x),
    ?P([is_integer(erlang:read_timer(T1)), is_integer(erlang:cancel_timer(T1)), erlang:read_timer(T1)]).

drain() -> receive _ -> drain() after 10 -> ok end.

groups() ->
    ?P(element(1, pg:start_link())),
    P = spawn(fun() -> receive stop -> ok end end),
    ?P([pg:join(g, self()), pg:join(g, [P, P]), pg:join(h, P)]),
    ?P([lists:sort(pg:which_groups()), length(pg:get_members(g)), length(pg:get_local_members(g)), pg:get_members(none)]),
    ?P([pg:leave(g, P), pg:leave(g, spawn(fun() -> ok end)), pg:leave(none, self())]),
    {Ref, Members} = pg:monitor(g),
    ?P(length(Members)),
    P ! stop,
    timer:sleep(20),
    ?P([case M of {Ref, Kind, G, Pids} -> {Kind, G, length(Pids)}; _ -> M end || M <- messages()]),
    ?P([length(pg:get_members(g)), pg:get_members(h), pg:demonitor(Ref), pg:demonitor(Ref)]),
    ?P(element(1, pg:start(scope))),
    ?P([pg:join(scope, a, self()), pg:which_groups(scope)]),
    ?P(pg:join(a, notpid)),
    ?P([gen_server:stop(pg), whereis(pg)]),
    drain().

messages() -> receive M -> [M | messages()] after 10 -> [] end.

%% A handler of events, a server, and a handler of logs.
init({swapped, From, Old}) -> {ok, {swapped, From, Old}};
init({From, Old}) when is_pid(From) -> {ok, {swapped, Old}};
init({Args, {handed, S}}) -> io:format("takes over ~p ~p~n", [Args, S]), {ok, {Args, S}};
init({Args, error}) -> {ok, {Args, error}};
init(stop) -> {stop, refused};
init(X) -> {ok, X}.
handle_event(remove, _) -> remove_handler;
handle_event({swap, Args1, New, Args2}, S) -> {swap_handler, Args1, S, New, Args2};
handle_event(crash, _) -> error(crashed);
handle_event(sleep, S) -> {ok, S, hibernate};
handle_event(wrong, _) -> nonsense;
handle_event(E, S) -> io:format("event ~p in ~p~n", [E, S]), {ok, {E, S}}.
handle_call(get, S) -> {ok, S, S};
handle_call(remove, _) -> {remove_handler, removed};
handle_call({swap, New}, S) -> {swap_handler, swapped, args, S, New, fresh}.
handle_call(get, _, S) -> {reply, S, S};
handle_call(crash, _, _) -> error(oops);
handle_call({sleep, N}, _, S) -> timer:sleep(N), {reply, S, S}.
handle_cast(X, _) -> {noreply, X}.
handle_info(X, S) when is_tuple(S), element(1, S) =:= handler -> {ok, {X, S}};
handle_info(X, _) -> {noreply, X}.
terminate(A, S) -> io:format("terminate ~p ~p~n", [case A of {error, {crashed, _}} -> crashed; _ -> A end, S]), {handed, S}.
code_change(_, S, X) -> {ok, {changed, S, X}}.

events() ->
    {ok, E} = gen_event:start_link(),
    ?P([gen_event:add_handler(E, ?MODULE, one), gen_event:add_handler(E, {?MODULE, 2}, two), gen_event:add_handler(E, ?MODULE, again), gen_event:add_handler(E, {?MODULE, 3}, stop)]),
    ?P(gen_event:which_handlers(E)),
    ?P([gen_event:notify(E, first), gen_event:sync_notify(E, second)]),
    ?P([gen_event:call(E, {?MODULE, 2}, get), gen_event:call(E, none, get)]),
    ?P(gen_event:swap_handler(E, {?MODULE, bye}, {{?MODULE, 4}, new})),
    ?P(gen_event:swap_handler(E, {none, bye}, {{?MODULE, 5}, new})),
    ?P(gen_event:which_handlers(E)),
    ?P(gen_event:call(E, {?MODULE, 2}, {swap, {?MODULE, 6}})),
    ?P(gen_event:sync_notify(E, sleep)),
    ?P(gen_event:delete_handler(E, {?MODULE, 4}, last)),
    ?P(gen_event:add_sup_handler(E, {?MODULE, 7}, supervised)),
    ?P(gen_event:delete_handler(E, {?MODULE, 7}, bye)),
    ?P(messages()),
    ?P(gen_event:sync_notify(E, remove)),
    ?P(gen_event:which_handlers(E)),
    ?P([gen_event:add_handler(E, ?MODULE, last), gen_event:stop(E)]),
    ?P([case M of {'EXIT', _, R} -> R; _ -> M end || M <- messages()]).

systems() ->
    {ok, S} = gen_server:start(?MODULE, 1, []),
    ?P([sys:get_state(S), sys:replace_state(S, fun(N) -> N + 1 end), sys:get_state(S)]),
    ?P([sys:suspend(S), catch gen_server:call(S, get, 10), sys:change_code(S, ?MODULE, vsn, extra), sys:resume(S), sys:get_state(S)]),
    drain(),
    ?P([sys:log(S, true), gen_server:call(S, get), [element(1, X) || X <- element(2, sys:log(S, get))], sys:log(S, false)]),
    ?P([sys:statistics(S, true), gen_server:call(S, get), [X || {K, _} = X <- element(2, sys:statistics(S, get)), lists:member(K, [messages_in, messages_out])], sys:statistics(S, false), sys:statistics(S, get)]),
    %% Short, since a line of a trace is broken where pids are long.
    ?P([sys:replace_state(S, fun(_) -> 1 end), sys:trace(S, true), gen_server:call(S, get), gen_server:cast(S, 5), sys:trace(S, false)]),
    Me = self(),
    ?P([sys:install(S, {fun(done, _, _) -> done; (N, Event, _) -> Me ! {N, element(1, Event)}, N + 1 end, 0}), gen_server:call(S, get), messages(), sys:no_debug(S)]),
    ?P(element(1, sys:get_status(S))),
    ?P(sys:get_state(nobody_here)),
    ?P(sys:terminate(S, normal)),
    ?P([case M of {'EXIT', _, R} -> R; _ -> M end || M <- messages()]).

process_starts() ->
    ?P(proc_lib:start(erlang, apply, [fun() -> proc_lib:init_ack({ok, self()}) end, []]) =/= x),
    ?P(proc_lib:start_link(erlang, apply, [fun() -> exit(early) end, []])),
    ?P(proc_lib:start(erlang, apply, [fun() -> timer:sleep(100) end, []], 10)),
    ?P(drain()),
    P = proc_lib:spawn(fun() -> receive x -> ok end end),
    ?P([proc_lib:translate_initial_call(P), element(1, proc_lib:initial_call(P))]),
    ?P(proc_lib:stop(spawn(fun() -> receive {system, F, {terminate, R}} -> gen:reply(F, ok), exit(R) end end), bye, 1000)),
    ?P(proc_lib:stop(nobody)),
    ?P(lists:flatten(proc_lib:format([[{initial_call, {m, f, [1]}}, {pid, self()}, {registered_name, []}, {error_info, {error, badarg, []}}, {ancestors, [a]}, {message_queue_len, 0}, {messages, []}, {links, []}, {dictionary, []}, {trap_exit, false}, {status, running}, {heap_size, 1}, {stack_size, 2}, {reductions, 3}], []]))).

log(#{level := L, msg := M, meta := #{tag := T}}, #{config := To}) -> To ! {own, L, M, T};
log(#{level := L, msg := M}, #{config := To}) -> To ! {own, L, M}.

handlers() ->
    ?P(logger:add_handler(own, ?MODULE, #{config => self(), level => warning, filters => [{f, {fun(#{msg := {string, "drop"}}, _) -> stop; (E, tag) -> maps:update_with(meta, fun(X) -> X#{tag => 1} end, E) end, tag}}]})),
    ?P(logger:set_handler_config(default, level, none)),
    [logger:log(L, "at " ++ atom_to_list(L)) || L <- [error, warning, notice, info]],
    logger:error("drop"),
    logger:error("format ~p", [x]),
    logger:error(#{report => 1}),
    logger:error("meta", #{k => 1}),
    ?P(messages()),
    ?P([logger:add_handler(own, ?MODULE, #{}), logger:add_handler(bad, no_such_module, #{}), logger:remove_handler(none)]),
    ?P([logger:set_handler_config(own, level, info), logger:set_handler_config(own, level, bad), logger:add_handler_filter(own, g, {fun logger_filters:level/2, {stop, lt, error}})]),
    logger:warning("filtered"),
    logger:error("kept"),
    ?P(messages()),
    ?P([logger:remove_handler_filter(own, g), logger:remove_handler_filter(own, g)]),
    ?P([logger:add_primary_filter(p, {fun logger_filters:domain/2, {stop, sub, [quiet]}}), logger:error("silent", #{domain => [quiet, x]}), messages(), logger:remove_primary_filter(p)]),
    ?P([logger:set_process_metadata(#{who => me}), logger:update_process_metadata(#{more => 1}), logger:get_process_metadata() =:= #{who => me, more => 1}, logger:unset_process_metadata(), logger:get_process_metadata()]),
    ?P(lists:sort(logger:get_handler_ids())),
    [error_logger:F(A, B) || {F, A, B} <- [{error_msg, "em ~p", [1]}, {warning_msg, "wm ~p", [2]}, {error_report, type, [{a, 1}]}, {warning_report, type, w}]],
    ?P(messages()),
    ?P([logger_formatter:check_config(C) || C <- [#{}, #{single_line => yes}, #{template => [msg]}, #{depth => -1}, #{max_size => 10}]]),
    Event = #{level => error, msg => {"~p ~s", [{some, "term"}, "text"]}, meta => #{time => 0, pid => self(), mfa => {m, f, 1}, line => 7, file => "f.erl", custom => #{deep => 1}}},
    ?P([unicode:characters_to_list(logger_formatter:format(Event, C#{time_designator => $\s, time_offset => "Z"})) || C <- [
        #{template => [time, " ", level, ":", msg]}, #{template => [mfa, " ", line, " ", file, " ", [custom, deep], {none, ["a"], ["b"]}, {custom, ["<", custom, ">"], []}]},
        #{template => [msg], chars_limit => 8}, #{template => [msg], max_size => 6}, #{template => [msg], depth => 2}, #{template => ["a", 10, msg], single_line => true}, #{legacy_header => true, single_line => false}
    ]]),
    ?P([logger:remove_handler(own), logger:set_handler_config(default, level, all)]),
    logger:error("back on the console"),
    logger_std_h:filesync(default).
