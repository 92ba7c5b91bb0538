%% A number that a server keeps.
-module(tour_counter).
-behaviour(gen_server).
-export([start_link/1, add/2, value/1]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link(Value) -> gen_server:start_link(?MODULE, Value, []).

add(Server, Number) -> gen_server:cast(Server, {add, Number}).

value(Server) -> gen_server:call(Server, value).

init(Value) -> {ok, Value}.

handle_call(value, _From, Value) -> {reply, {value, Value}, Value}.

handle_cast({add, Number}, Value) -> {noreply, Value + Number}.
