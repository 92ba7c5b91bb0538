%% Runs the tests of my_app_test: a Gleam program cannot look for functions by their names.
-module(my_app_test_ffi).
-export([run/0]).

run() ->
    Tests = [Name || {Name, 0} <- my_app_test:module_info(exports), lists:suffix("_test", atom_to_list(Name))],
    Failed = [Name || Name <- Tests, not passes(Name)],
    io:format("~w tests, ~w failures~n", [length(Tests), length(Failed)]),
    case Failed of
        [] -> nil;
        _ -> halt(1)
    end.

passes(Name) ->
    try my_app_test:Name() of
        _ -> true
    catch
        Class:Reason ->
            io:format("~s: ~p ~p~n", [Name, Class, Reason]),
            false
    end.
