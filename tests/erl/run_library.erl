%% Runs a program of tests/library/ on a node: start/0 of the module in a process of its own,
%% which must return ok; then that is told and the node ends, as `emberl run` does.
%% Before that it compiles what sources are in the current folder.
-module(run_library).
-export([main/1]).

main([Name]) ->
    Module = list_to_atom(Name),
    [compiled(filename:rootname(Source)) || Source <- filelib:wildcard("*.erl")],
    %% As in later releases, and on the device.
    [ok = io:setopts(Device, [{encoding, unicode}]) || Device <- [user, standard_error]],
    {Pid, Monitor} = spawn_monitor(Module, start, []),
    receive
        {'DOWN', Monitor, process, Pid, normal} ->
            io:put_chars("Return value: ok\n"),
            halt(0);
        {'DOWN', Monitor, process, Pid, Reason} ->
            io:format(standard_error, "~ts ended with ~p~n", [Name, Reason]),
            halt(1)
    end.

compiled(Source) ->
    case compile:file(Source, [debug_info, return]) of
        {ok, _, _} ->
            ok;
        Errors ->
            io:format(standard_error, "~p~n", [Errors]),
            halt(3)
    end.
