%% The supervisor: it starts the counter and the web server, and starts again which of them ends.
-module(my_app_sup).
-behaviour(supervisor).
-export([run/1, start_link/1, init/1, handle/2]).

%% Starts, and stays: the supervisor is linked to this process, which must not come to its end.
run(Port) ->
    {ok, _} = start_link(Port),
    timer:sleep(infinity).

start_link(Port) ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, Port).

init(Port) ->
    %% One for one: the others go on when one crashes. More than 5 crashes in 10 seconds, and the supervisor gives up.
    Flags = #{strategy => one_for_one, intensity => 5, period => 10},
    Counter = #{id => counter, start => {my_app_counter, start_link, []}},
    Web = #{id => web, start => {http_server, start_link, [#{port => Port, handler => my_app_sup}]}},
    {ok, {Flags, [Counter, Web]}}.

%% The web server calls this for each request; the answer is Gleam's.
handle(#{method := Method, path := Path}, _) ->
    my_app:answer(Method, Path).
