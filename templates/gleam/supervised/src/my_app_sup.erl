%% The supervisor: it starts the counter, and starts it again when it ends.
-module(my_app_sup).
-behaviour(supervisor).
-export([start/0, settle/0, start_link/0, init/1]).

start() ->
    {ok, _} = start_link(),
    nil.

%% The supervisor answers when it has started again what has ended.
settle() ->
    _ = supervisor:count_children(?MODULE),
    nil.

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    %% More than 5 crashes in 10 seconds, and the supervisor itself gives up.
    Flags = #{strategy => one_for_one, intensity => 5, period => 10},
    Counter = #{id => counter, start => {my_app_counter, start_link, []}},
    {ok, {Flags, [Counter]}}.
