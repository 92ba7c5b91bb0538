%% Runs a program of tests/library/ on a node: start/0 of the module in a process of its own,
%% which must return ok; then that is told and the node ends, as `emberl run` does.
-module(run_library).
-export([main/1]).

main([Name]) ->
    %% As in later releases, and on the device.
    [ok = io:setopts(Device, [{encoding, unicode}]) || Device <- [user, standard_error]],
    {Pid, Monitor} = spawn_monitor(list_to_atom(Name), start, []),
    receive
        {'DOWN', Monitor, process, Pid, normal} ->
            io:put_chars("Return value: ok\n"),
            halt(0);
        {'DOWN', Monitor, process, Pid, Reason} ->
            io:format(standard_error, "~ts ended with ~p~n", [Name, Reason]),
            halt(1)
    end.
