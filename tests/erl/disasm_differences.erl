%% Compares Emberl's disassembly with beam_disasm's, instruction by instruction.
%%
%% main([Folder]): every *.etf file of the folder is the external term {Path, Beam, Functions}: where a module comes from,
%% the bytes of its .beam file, and what Emberl made of them. Prints the differences (the first three of a file) and one
%% line with the sums, and ends with exit code 1 when there was any difference.
-module(disasm_differences).
-export([main/1]).

main([Folder]) ->
    Files = filelib:wildcard(filename:join(Folder, "*.etf")),
    Sums = lists:foldl(fun compare_file/2, {0, 0, 0, 0}, Files),
    {Modules, Functions, Instructions, Differences} = Sums,
    io:format("~w modules, ~w functions, ~w instructions, ~w differences~n",
              [Modules, Functions, Instructions, Differences]),
    halt(case Differences of 0 -> 0; _ -> 1 end).

compare_file(File, {Modules, Functions0, Instructions0, Differences0}) ->
    {ok, Bytes} = file:read_file(File),
    {Path, Beam, Ours} = binary_to_term(Bytes),
    case beam_disasm:file(Beam) of
        {beam_file, _Module, _Exports, _Attributes, _Info, Theirs} ->
            Different = compare_functions(Theirs, Ours, []),
            [io:format("~ts: ~ts~n", [Path, Text]) || Text <- lists:sublist(Different, 3)],
            {Modules + 1,
             Functions0 + length(Theirs),
             Instructions0 + lists:sum([length(Code) || {function, _, _, _, Code} <- Theirs]),
             Differences0 + length(Different)};
        Error ->
            io:format("~ts: beam_disasm refuses it: ~tP~n", [Path, Error, 30]),
            {Modules + 1, Functions0, Instructions0, Differences0 + 1}
    end.

compare_functions([{function, Name, Arity, Entry, Theirs} | Rest],
                  [{function, Name, Arity, Entry, Ours} | OurRest], Different) ->
    Place = io_lib:format("~tw/~w", [Name, Arity]),
    compare_functions(Rest, OurRest, Different ++ compare_code(Theirs, Ours, Place, 0));
compare_functions([], [], Different) ->
    Different;
compare_functions(Theirs, Ours, Different) ->
    Head = fun([F | _]) -> lists:droplast(tuple_to_list(F)); ([]) -> none end,
    Different ++ [io_lib:format("function ~tw here, ~tw in OTP", [Head(Ours), Head(Theirs)])].

compare_code([], [], _, _) ->
    [];
compare_code([Same | Theirs], [Same | Ours], Place, Index) ->
    compare_code(Theirs, Ours, Place, Index + 1);
compare_code([Their | Theirs], [Our | Ours], Place, Index) ->
    [difference(Their, Our, Place, Index) | compare_code(Theirs, Ours, Place, Index + 1)];
compare_code(Theirs, Ours, Place, Index) ->
    [difference({rest, Theirs}, {rest, Ours}, Place, Index)].

difference(Their, Our, Place, Index) ->
    io_lib:format("~ts, instruction ~w:~n    here   ~tP~n    in OTP ~tP", [Place, Index, Our, 60, Their, 60]).
