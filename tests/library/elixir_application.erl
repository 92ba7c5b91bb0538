%% Elixir's application starts, with what it depends on, and its modules are there.
%% needs: kernel stdlib compiler elixir
-module(elixir_application).
-export([start/0]).

start() ->
    io:format("~p~n", [application:ensure_all_started(elixir)]),
    io:format("~p~n", [lists:sort([Name || {Name, _, _} <- application:which_applications()])]),
    io:format("~p~n", ['Elixir.Enum':map([1, 2, 3], fun(X) -> X * 2 end)]),
    'Elixir.IO':puts(<<"from Elixir \x{20ac}"/utf8>>),
    'Elixir.IO':inspect(#{a => [1, {2, <<"x">>}]}),
    io:format("~p~n", ['Elixir.Application':get_env(elixir, no_such_key, default)]),
    {ok, Agent} = 'Elixir.Agent':start_link(fun() -> 1 end),
    ok = 'Elixir.Agent':update(Agent, fun(X) -> X + 1 end),
    io:format("~p~n", ['Elixir.Agent':get(Agent, fun(X) -> X end)]),
    Stopped = application:stop(elixir),
    timer:sleep(100),
    logger_std_h:filesync(default),
    io:format("~p~n", [Stopped]),
    ok.
