%% A supervisor with gen_server and gen_event children, restarts, calls, casts, timeouts and stops. The callbacks are
%% reached only through the behaviours (init/1 serves all three of them).
%% modules: gen_server gen_event supervisor gen proc_lib sys
-module(servers).
-behaviour(gen_server).
-export([start/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2, terminate/2]).
-export([start_counter/2, handle_event/2, handle_call/2]).

start() ->
    process_flag(trap_exit, true),
    {ok, Sup} = supervisor:start_link({local, servers_sup}, ?MODULE, sup),
    io:format("~w~n", [[{Id, Type, Mods} || {Id, _, Type, Mods} <- lists:sort(supervisor:which_children(Sup))]]),
    io:format("~w~n", [lists:sort(supervisor:count_children(Sup))]),
    io:format("~w ~w~n", [gen_server:call(one, {add, 5}), gen_server:call(two, {add, 7})]),
    gen_server:cast(one, {add, 10}),
    one ! {add, 100},
    io:format("~w~n", [gen_server:call(one, get)]),
    io:format("~w~n", [gen_server:call(two, later)]),
    io:format("~w~n", [gen_server:call(two, unknown)]),
    io:format("~w~n", [try gen_server:call(nobody, get) catch exit:{Why, _} -> Why end]),
    io:format("~w~n", [try gen_server:call(two, slow, 20) catch exit:{Slow, {M, F, _}} -> {Slow, M, F} end]),
    restart(Sup),
    dynamic(Sup),
    events(),
    {Replies, Bad} = gen_server:multi_call([node()], one, get),
    io:format("~w ~w~n", [[R || {_, R} <- Replies], Bad]),
    io:format("~w~n", [sys:get_state(one)]),
    sys:replace_state(one, fun({counter, one, _}) -> {counter, one, replaced} end),
    io:format("~w~n", [gen_server:call(one, get)]),
    unlink(Sup),
    Monitor = monitor(process, Sup),
    exit(Sup, shutdown),
    receive {'DOWN', Monitor, process, Sup, Reason} -> io:format("supervisor ended: ~w~n", [Reason]) end,
    io:format("~w~n", [whereis(one)]),
    ok.

%% The supervisor logs a report here, with pids and the time: whoever compares output turns the log off.
restart(Sup) ->
    Old = whereis(one),
    Monitor = monitor(process, Old),
    gen_server:cast(one, crash),
    receive {'DOWN', Monitor, process, Old, Reason} -> io:format("one ended: ~w~n", [Reason]) end,
    _ = supervisor:which_children(Sup),
    io:format("restarted: ~w, ~w~n", [whereis(one) =/= Old, gen_server:call(one, get)]).

dynamic(Sup) ->
    Spec = #{id => three, start => {?MODULE, start_counter, [three, 3]}, restart => temporary},
    {ok, _} = supervisor:start_child(Sup, Spec),
    {error, {already_started, _}} = supervisor:start_child(Sup, Spec),
    io:format("~w~n", [gen_server:call(three, {add, 1})]),
    io:format("~w ~w~n", [supervisor:terminate_child(Sup, three), supervisor:delete_child(Sup, three)]),
    io:format("~w~n", [supervisor:check_childspecs([#{id => x}])]).

events() ->
    {ok, Manager} = gen_event:start_link(),
    ok = gen_event:add_handler(Manager, {?MODULE, a}, {event, 0}),
    [gen_event:sync_notify(Manager, N) || N <- [1, 2, 3]],
    io:format("~w ~w~n", [gen_event:call(Manager, {?MODULE, a}, total), [M || {M, _} <- gen_event:which_handlers(Manager)]]),
    io:format("~w~n", [gen_event:delete_handler(Manager, {?MODULE, a}, bye)]),
    gen_event:stop(Manager).

start_counter(Name, Value) -> gen_server:start_link({local, Name}, ?MODULE, {counter, Name, Value}, []).

init(sup) ->
    Child = fun(Name, Value) -> #{id => Name, start => {?MODULE, start_counter, [Name, Value]}} end,
    {ok, {#{strategy => one_for_one, intensity => 3, period => 10}, [Child(one, 1), Child(two, 2)]}};
init({counter, _, _} = State) -> {ok, State, {continue, started}};
init({event, Total}) -> {ok, Total}.

handle_continue(started, {counter, Name, Value} = State) ->
    io:format("~w starts with ~w~n", [Name, Value]),
    {noreply, State}.

handle_call({add, N}, _, {counter, Name, V}) -> {reply, V + N, {counter, Name, V + N}};
handle_call(get, _, {counter, _, V} = S) -> {reply, V, S};
handle_call(later, From, S) -> gen_server:cast(self(), {reply, From}), {noreply, S};
handle_call(slow, _, S) -> {noreply, S};
handle_call(unknown, _, S) -> {reply, {error, unknown}, S, 1000}.

handle_cast({add, N}, {counter, Name, V}) -> {noreply, {counter, Name, V + N}};
handle_cast({reply, From}, S) -> gen_server:reply(From, replied), {noreply, S};
handle_cast(crash, S) -> {stop, shutdown, S}.

handle_info({add, N}, {counter, Name, V}) -> {noreply, {counter, Name, V + N}};
handle_info(_, S) -> {noreply, S}.

handle_call(total, Total) -> {ok, Total, Total}.

handle_event(N, Total) -> {ok, Total + N}.

terminate(Why, {counter, Name, _}) -> io:format("~w stops: ~w~n", [Name, Why]);
terminate(bye, Total) -> {total, Total};
terminate(_, _) -> ok.
