%% Runs programs of tests/conformance/ in one node: each in a process of its own, one after the other.
%%
%% run_conformance:main([Folder, Name...]) prints a line {program,Name} before what each program prints. A program
%% that ends by itself adds {ended,normal}, or {ended,Reason} when it did not return.
-module(run_conformance).
-export([main/1]).

%% Milliseconds a program may take.
-define(LIMIT, 60000).

main([Folder | Names]) ->
    true = code:add_patha(Folder),
    %% Processes that fail on purpose are no news.
    ok = logger:set_primary_config(level, none),
    lists:foreach(fun(Name) -> run(list_to_atom(Name)) end, Names),
    halt(0).

run(Module) ->
    erlang:display({program, Module}),
    {Pid, Monitor} = spawn_monitor(fun() -> exit({returned, Module:start()}) end),
    receive
        {'DOWN', Monitor, process, Pid, {returned, ok}} -> erlang:display({ended, normal});
        {'DOWN', Monitor, process, Pid, Reason} -> erlang:display({ended, Reason})
    after ?LIMIT ->
        exit(Pid, kill),
        erlang:display({ended, timeout})
    end.
