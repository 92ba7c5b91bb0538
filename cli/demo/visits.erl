%% The demo's counter: a process that holds a number.
-module(visits).
-export([start_link/0, next/0, crash/0]).

start_link() ->
    Pid = spawn_link(fun() -> count(0) end),
    register(?MODULE, Pid),
    {ok, Pid}.

count(Count) ->
    receive
        {next, From} ->
            From ! {visits, Count + 1},
            count(Count + 1)
    end.

next() ->
    ?MODULE ! {next, self()},
    receive {visits, Count} -> Count end.

%% Ends the counter, as a mistake in it would.
crash() ->
    {Pid, Monitor} = {whereis(?MODULE), monitor(process, ?MODULE)},
    exit(Pid, kill),
    receive {'DOWN', Monitor, _, _, _} -> ok end.
