%% init:stop/1 ends applications in the opposite order of their start, and what was printed and logged before is seen.
-module(stopping).
-export([start/0, start/2, prep_stop/1, stop/1, init/1, terminate/2, handle_call/3, handle_cast/2]).

start() ->
    [
        begin
            ok = application:load({application, Name, [{vsn, "1"}, {modules, []}, {registered, []}, {applications, [stdlib]}, {mod, {?MODULE, Name}}]}),
            ok = application:start(Name)
        end
     || Name <- [first, second]
    ],
    io:format("~p~n", [catch init:stop(-1)]),
    io:format("~p~n", [catch init:stop(atom)]),
    logger:error("logged before the end"),
    io:format("stopping: ~p~n", [init:stop(3)]),
    %% The node ends while this waits.
    receive after infinity -> ok end.

start(_, Name) -> supervisor:start_link(?MODULE, {sup, Name}).

prep_stop(State) -> State.

stop(_) -> io:put_chars("application stopped\n").

init({sup, Name}) ->
    {ok, {#{}, [#{id => child, start => {gen_server, start_link, [?MODULE, Name, []]}}]}};
init(Name) ->
    process_flag(trap_exit, true),
    {ok, Name}.

handle_call(_, _, S) -> {reply, S, S}.
handle_cast(_, S) -> {noreply, S}.
terminate(Why, Name) -> io:format("child of ~p ends: ~p~n", [Name, Why]).
