%% The supervisor: it starts the counter, and starts it again when it ends.
-module(my_app_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    %% More than 5 crashes in 10 seconds, and the supervisor itself gives up.
    Flags = #{strategy => one_for_one, intensity => 5, period => 10},
    Counter = #{id => counter, start => {my_app_counter, start_link, []}},
    {ok, {Flags, [Counter]}}.
