%% gen_server: every way to start, call, answer, stop and fail.
-module(servers).
-behaviour(gen_server).
-export([start/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2, terminate/2, code_change/3, format_status/1]).

-define(P(X), io:format("~w ~tp~n", [?LINE, X])).

start() ->
    %% Reports have a test of their own.
    logger:set_primary_config(level, none),
    %% Starts.
    {ok, A} = gen_server:start(?MODULE, {ok, 1}, []),
    ?P(gen_server:call(A, get)),
    ?P([gen_server:start(?MODULE, X, []) || X <- [ignore, {stop, why}, {shutdown, x}, bad_return]]),
    ?P(catch gen_server:start(?MODULE, crash, [])),
    ?P(catch gen_server:start(?MODULE, {exit, gone}, [])),
    ?P(gen_server:start({local, named}, ?MODULE, slow, [{timeout, 20}])),
    {ok, B} = gen_server:start({local, named}, ?MODULE, {ok, 2}, [{debug, []}]),
    ?P(whereis(named) =:= B),
    ?P(element(1, gen_server:start({local, named}, ?MODULE, {ok, 2}, []))),
    {ok, C} = gen_server:start_link(?MODULE, {continue, 3}, []),
    ?P(gen_server:call(C, get)),
    {ok, {D, Ref}} = gen_server:start_monitor(?MODULE, {ok, 4}, []),
    ?P(gen_server:call(D, get)),
    %% Calls.
    ?P([gen_server:call(named, X) || X <- [get, {add, 5}, get, noreply_later, {reply_then, 6}, {timeout, 5}, {hibernate, 7}]]),
    timer:sleep(20),
    ?P(gen_server:call(named, get)),
    ?P(catch gen_server:call(named, never, 10)),
    ?P(catch gen_server:call(nobody, x)),
    ?P(catch gen_server:call(A, bad_reply)),
    ?P(gen_server:cast(named, {add, 100})),
    ?P(gen_server:cast(nobody, x)),
    ?P(gen_server:call(named, get)),
    named ! hello,
    ?P(gen_server:call(named, get)),
    ?P(gen_server:abcast([node()], named, {add, 1})),
    ?P(gen_server:multi_call([node()], named, get)),
    %% Requests.
    R1 = gen_server:send_request(named, get),
    R2 = gen_server:send_request(named, slow_get),
    ?P(gen_server:wait_response(R1, 1000)),
    ?P(gen_server:wait_response(R2, 5)),
    ?P(gen_server:receive_response(R2, 1000)),
    R3 = gen_server:send_request(nobody, get),
    ?P(element(1, gen_server:receive_response(R3, 1000))),
    Reqs = gen_server:send_request(named, get, one, gen_server:reqids_new()),
    Reqs2 = gen_server:send_request(named, {add, 1}, two, Reqs),
    ?P(gen_server:reqids_size(Reqs2)),
    {{reply, V1}, L1, Reqs3} = gen_server:receive_response(Reqs2, 1000, true),
    {{reply, V2}, L2, Reqs4} = gen_server:receive_response(Reqs3, 1000, true),
    ?P(lists:sort([{L1, V1}, {L2, V2}])),
    ?P(gen_server:receive_response(Reqs4, 10, true)),
    %% Ends.
    process_flag(trap_exit, true),
    ?P(gen_server:stop(D)),
    receive {'DOWN', Ref, process, D, Reason} -> ?P(Reason) end,
    ?P(gen_server:stop(C, shutdown, 1000)),
    receive {'EXIT', C, R} -> ?P(R) end,
    ?P(catch gen_server:stop(nobody)),
    ends([{stop, normal}, {stop, shutdown}, {stop, {shutdown, x}}, {stop_reply, normal, ok}]),
    %% sys.
    {ok, E} = gen_server:start_link(?MODULE, {ok, 9}, []),
    ?P(sys:get_state(E)),
    ?P(sys:replace_state(E, fun(S) -> S + 1 end)),
    ?P(sys:suspend(E)),
    ?P(catch gen_server:call(E, get, 10)),
    ?P(sys:change_code(E, ?MODULE, 1, extra)),
    ?P(sys:resume(E)),
    ?P(gen_server:call(E, get)),
    {status, E, {module, Mod}, [PDict, State, Parent, Debug, Misc]} = sys:get_status(E),
    ?P({Mod, lists:sort([K || {K, _} <- PDict]), State, Parent =:= self(), Debug}),
    ?P([element(1, X) || X <- Misc]),
    ?P(proplists:get_value(header, Misc) =/= undefined),
    ?P(sys:statistics(E, true)),
    _ = gen_server:call(E, get),
    {ok, Stats} = sys:statistics(E, get),
    ?P([{K, V} || {K, V} <- Stats, K =/= start_time, K =/= current_time, K =/= reductions]),
    ?P(sys:log(E, true)),
    _ = gen_server:call(E, {add, 1}),
    {ok, Log} = sys:log(E, get),
    ?P(length(Log)),
    ?P(sys:no_debug(E)),
    ?P(sys:trace(E, true)),
    _ = gen_server:call(E, {add, 1}),
    gen_server:cast(E, {add, 1}),
    E ! tell_me,
    _ = gen_server:call(E, get),
    ?P(sys:terminate(E, over)),
    receive {'EXIT', E, R5} -> ?P(R5) end,
    %% Enter loop.
    {ok, F} = proc_lib:start_link(erlang, apply, [fun entered/0, []]),
    ?P(gen_server:call(F, get)),
    ?P(gen_server:call(entered, {add, 2})),
    unlink(F),
    exit(F, kill),
    gen_server:stop(named),
    gen_server:stop(A),
    ok.

entered() ->
    register(entered, self()),
    proc_lib:init_ack({ok, self()}),
    gen_server:enter_loop(?MODULE, [], 40, {local, entered}).

ends(Reasons) ->
    [
        begin
            {ok, Pid} = gen_server:start_link(?MODULE, {ok, 0}, []),
            Reply = (catch gen_server:call(Pid, Reason)),
            receive {'EXIT', Pid, Why} -> ?P({element(1, Reason), Reply, Why}) end
        end
     || Reason <- Reasons
    ].

init({ok, N}) -> {ok, N};
init(ignore) -> ignore;
init({stop, Why}) -> {stop, Why};
init({shutdown, _} = S) -> {stop, S};
init(bad_return) -> {ok};
init(crash) -> exit({shutdown, crashed});
init({exit, Why}) -> exit({shutdown, Why});
init(slow) -> timer:sleep(200), {ok, 0};
init({continue, N}) -> {ok, N, {continue, more}}.

handle_continue(more, N) -> {noreply, N * 10};
handle_continue(X, N) -> {noreply, N + X}.

handle_call(get, _, N) -> {reply, N, N};
handle_call({add, X}, _, N) -> {reply, {added, X}, N + X};
handle_call(noreply_later, From, N) -> gen_server:reply(From, later), {noreply, N};
handle_call({reply_then, X}, _, N) -> {reply, then, N, {continue, X}};
handle_call({timeout, T}, _, N) -> {reply, timing, N, T};
handle_call({hibernate, X}, _, N) -> {reply, X, N, hibernate};
handle_call(never, _, N) -> {noreply, N};
handle_call(bad_reply, _, N) -> {reply, N, N};
handle_call(slow_get, _, N) -> timer:sleep(30), {reply, {slow, N}, N};
handle_call({stop, Why}, _, N) -> {stop, Why, N};
handle_call({stop_reply, Why, Reply}, _, N) -> {stop, Why, Reply, N}.

handle_cast({add, X}, N) -> {noreply, N + X}.

handle_info(timeout, N) -> {noreply, N + 1000};
handle_info(hello, N) -> {noreply, N + 10000};
handle_info(_, N) -> {noreply, N}.

terminate(Why, N) -> io:format("terminate ~tp ~tp~n", [Why, N]).

code_change(Old, N, Extra) -> io:format("change ~p ~p~n", [Old, Extra]), {ok, N}.

format_status(Status) -> Status.
