%% conformance_imports:main([Folder, Name...]) prints `Name Module Function/Arity` for each function that a compiled
%% program of tests/conformance/ imports although it is no BIF and not of the modules that OTP has preloaded and every VM
%% has.
-module(conformance_imports).
-export([main/1]).

main([Folder | Names]) ->
    lists:foreach(fun(Name) -> imports(Folder, Name) end, Names),
    init:stop(0),
    receive after infinity -> ok end.

imports(Folder, Name) ->
    {ok, {Own, [{imports, Imports}]}} = beam_lib:chunks(filename:join(Folder, Name ++ ".beam"), [imports]),
    [io:format("~ts ~ts ~ts/~w~n", [Name, M, F, A]) ||
        {M, F, A} <- Imports, M =/= Own, not lists:member(M, [erlang, atomics, counters]), not erlang:is_builtin(M, F, A),
        %% Some programs call modules that exist nowhere, to see how that fails.
        code:which(M) =/= non_existing].
