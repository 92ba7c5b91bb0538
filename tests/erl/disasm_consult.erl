%% Reads Emberl's disassembly as text and compares it with its terms.
%%
%% main([Folder]): for every NAME.S of the folder, the forms that file:consult/1 reads must be the functions of the
%% external term in NAME.etf: {function, Name, Arity, Entry} and its instructions, one after the other.
-module(disasm_consult).
-export([main/1]).

main([Folder]) ->
    Files = filelib:wildcard(filename:join(Folder, "*.S")),
    Different = [File || File <- Files, not same(File)],
    [io:format("~ts: the text is not the terms~n", [File]) || File <- Different],
    io:format("~w texts, ~w of them not the terms~n", [length(Files), length(Different)]),
    halt(case Different of [] when Files =/= [] -> 0; _ -> 1 end).

same(File) ->
    {ok, Bytes} = file:read_file(filename:rootname(File) ++ ".etf"),
    Terms = lists:append([[{function, Name, Arity, Entry} | Code]
                          || {function, Name, Arity, Entry, Code} <- binary_to_term(Bytes)]),
    case file:consult(File) of
        {ok, [{module, _}, {exports, _}, {attributes, _}, {labels, _} | Forms]} -> Forms =:= Terms;
        Other ->
            io:format("~ts: ~tP~n", [File, Other, 20]),
            false
    end.
