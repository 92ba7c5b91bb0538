#!/usr/bin/env escript
%% Writes modules that did what they must not in the virtual machine, or might, as seeds of the fuzz target `run`:
%% hostile_seeds.escript DIRECTORY. `tests/tests/hostile_code.rs` tells what becomes of each.
%%
%% Most are assembled from instructions, since no compiler makes them.

main([Directory]) ->
    [write(Directory, Name, assemble(Module, Functions)) || {Name, Module, Functions} <- assembled()],
    [write(Directory, Name, compiled(Forms)) || {Name, Forms} <- sources()].

write(Directory, Name, Beam) ->
    ok = file:write_file(filename:join(Directory, Name ++ ".beam"), Beam).

%% Functions are {Name, Arity, Entry, Body}; the label before an entry stands before func_info.
assemble(Module, Functions) ->
    Code = [{function, Name, Arity, Entry,
             [{label, Entry - 1}, {func_info, {atom, Module}, {atom, Name}, Arity}, {label, Entry} | Body]}
            || {Name, Arity, Entry, Body} <- Functions],
    Exports = [{Name, Arity} || {Name, Arity, _, _} <- Functions],
    {ok, Beam} = beam_asm:module({Module, Exports, [], Code, 12}, [], [], []),
    Beam.

assembled() ->
    [%% A loop by exceptions alone: no call, no jump back.
     {"exception_loop", hostile,
      [{start, 0, 2,
        [{allocate, 1, 0},
         {move, {atom, a}, {x, 0}},
         {'catch', {y, 0}, {f, 10}},
         {label, 10},
         {catch_end, {y, 0}},
         {'catch', {y, 0}, {f, 10}},
         if_end]}]},
     %% A function that never returns, in whose place a native one is called that does: what stands behind the call reads
     %% a register that was never written.
     {"native_returns", lists,
      [{start, 0, 2,
        [{allocate, 0, 0},
         {move, nil, {x, 0}},
         {call, 1, {f, 4}},
         {get_hd, {x, 5}, {x, 0}},
         {deallocate, 0},
         return]},
       {reverse, 1, 4, [if_end]}]},
     %% A jump to the entry of such a function, where the arguments are gone.
     {"native_entered", lists,
      [{start, 0, 2, [{move, nil, {x, 0}}, {move, nil, {x, 1}}, {call_only, 2, {f, 4}}]},
       {member, 2, 4, [{label, 11}, timeout, {jump, {f, 11}}]}]},
     %% A match context as an argument of such a function.
     {"native_context", lists,
      [{start, 1, 2,
        [{bs_start_match4, {atom, no_fail}, 1, {x, 0}, {x, 0}}, {call_only, 1, {f, 4}}]},
       {reverse, 1, 4, [if_end]}]}].

sources() ->
    [%% The stack fills the memory frame by frame.
     {"deep_recursion",
      ["-module(hostile).", "-export([start/0]).",
       "start() -> [start()]."]},
     %% Garbage is made on top of a stack that each collection goes through.
     {"deep_stack",
      ["-module(hostile).", "-export([start/0, id/1]).",
       "start() -> down(id(300000)).",
       "down(0) -> garbage(id(1000000));",
       "down(N) -> [down(N - 1)].",
       "garbage(0) -> [];",
       "garbage(N) -> id({N, N}), garbage(N - 1).",
       "id(X) -> X."]},
     %% Two terms of 2^60 parts each, in few cells.
     {"shared_parts",
      ["-module(hostile).", "-export([start/0, id/1]).",
       "start() -> part(id(60), []) =:= part(id(60), []).",
       "part(0, Part) -> Part;",
       "part(N, Part) -> part(N - 1, [Part | Part]).",
       "id(X) -> X."]},
     %% The place of the second string in the string table, 122, is also how the translated code names a stack slot.
     {"string_place",
      ["-module(hostile).", "-export([start/0, f/1]).",
       "start() -> f(1).",
       "f(X) -> {<<\"" ++ lists:duplicate(122, $a) ++ "\", X>>, <<\"bcdefghijkl\", X>>}."]},
     %% A fun of a module that is not there.
     {"absent_fun",
      ["-module(hostile).", "-export([start/0, start/1]).",
       "start() -> start(0).",
       "start(_) ->"
       "    <<131, Pid/binary>> = term_to_binary(self()),"
       "    Rest = <<0, 0:128, 0:32, 0:32, 119, 7, \"nowhere\", 97, 0, 97, 0, Pid/binary>>,"
       "    Fun = binary_to_term(<<131, 112, (byte_size(Rest) + 4):32, Rest/binary>>),"
       "    Fun()."]}].

compiled(Lines) ->
    {ok, Tokens, _} = erl_scan:string(lists:flatten(lists:join("\n", Lines))),
    {ok, _, Beam} = compile:forms(forms(Tokens, []), [deterministic]),
    Beam.

forms([], []) -> [];
forms([{dot, _} = Dot | Rest], Form) ->
    {ok, Parsed} = erl_parse:parse_form(lists:reverse([Dot | Form])),
    [Parsed | forms(Rest, [])];
forms([Token | Rest], Form) -> forms(Rest, [Token | Form]).
