%% A counter that crashes, and a supervisor that starts it again.
-module(my_app).
-export([start/0]).

start() ->
    {ok, Supervisor} = my_app_sup:start_link(),
    count(3),
    io:put_chars("It crashes, on purpose: what follows is the report of it.\n"),
    my_app_counter:crash(),
    %% The supervisor answers when it has started the counter again.
    _ = supervisor:count_children(Supervisor),
    io:put_chars("It is there again, and begins anew.\n"),
    count(2).

count(0) ->
    ok;
count(Times) ->
    io:format("~w~n", [my_app_counter:next()]),
    count(Times - 1).
