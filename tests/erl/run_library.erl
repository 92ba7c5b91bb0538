%% Runs a program of tests/library/ on a node: start/0 of the module, then its value is told and the node ends, as
%% `emberl run` does.
-module(run_library).
-export([main/1]).

main([Name]) ->
    %% As in later releases, and on the device.
    [ok = io:setopts(Device, [{encoding, unicode}]) || Device <- [user, standard_error]],
    try (list_to_atom(Name)):start() of
        Value ->
            io:format("Return value: ~0p~n", [Value]),
            halt(case Value of ok -> 0; 0 -> 0; _ -> 1 end)
    catch
        Class:Reason:Trace ->
            io:format(standard_error, "~p ended with ~p:~p~n~p~n", [Name, Class, Reason, Trace]),
            halt(1)
    end.
