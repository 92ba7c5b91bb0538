%% The program: it starts with start/0, here and on a board.
-module(my_app).
-export([start/0, greeting/1]).

start() ->
    io:put_chars(greeting("world")).

%% A text as Erlang likes it best: a list of parts, which nobody needs to join.
greeting(Name) ->
    ["Hello, ", Name, "!\n"].
