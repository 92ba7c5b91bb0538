%% The counter: a process that holds a number, and answers one call after the other.
-module(my_app_counter).
-behaviour(gen_server).
-export([start_link/0, next/0, crash/0]).
-export([init/1, handle_call/3, handle_cast/2]).

%% What others call.

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% Counts one more, and tells how many there are.
next() ->
    gen_server:call(?MODULE, next).

%% The counter ends before it answers, which the caller gets as an exit.
crash() ->
    try
        gen_server:call(?MODULE, crash)
    catch
        exit:_ -> ok
    end.

%% What runs in the counter's own process.

init([]) ->
    {ok, 0}.

handle_call(next, _From, Count) ->
    {reply, Count + 1, Count + 1};
handle_call(crash, _From, Count) ->
    {stop, on_purpose, Count}.

handle_cast(_, Count) ->
    {noreply, Count}.
