%% Compares the code that Emberl reads from .beam files with what OTP's beam_disasm:file/1 reads.
%%
%%   erl -noshell -pa SCRIPTS -eval 'disasm_compare:main(init:get_plain_arguments()).' -extra LIST [LIMIT]
%%
%% LIST is a text file (UTF-8) with one pair a line: the .beam file, a tab, and a file with one external term,
%% `[{function, Name, Arity, Entry, Instructions}]`, in beam_disasm's own form. For each difference one line is printed,
%% `Module:Function/Arity INDEX: ours OURS, OTP's THEIRS` (INDEX counts instructions from 0), LIMIT lines at most (50) and
%% three a function at most, since one missing instruction shifts all that follow. The last line is
%% `compared N modules, M functions, K instructions, D differences`. The exit code is 0 when D is 0, else 1; 2 for
%% arguments or files that cannot be used.
%%
%%   ... -extra --dump BEAM FILE      writes OTP's reading of a file in that form
-module(disasm_compare).
-export([main/1]).

%% What is counted: modules, functions, instructions, differences.
-record(count, {modules = 0, functions = 0, instructions = 0, differences = 0}).

main(["--dump", Beam, File]) ->
    case theirs(Beam) of
        {ok, _, Functions} ->
            ok = file:write_file(File, term_to_binary(Functions)),
            halt(0);
        {error, Why} -> unusable("~ts: ~tp", [Beam, Why])
    end;
main([List]) -> main([List, "50"]);
main([List, Limit]) ->
    case file:read_file(List) of
        {ok, Text} ->
            Pairs = [pair(Line) || Line <- string:split(Text, "\n", all), string:trim(Line) =/= <<>>],
            compare(Pairs, list_to_integer(Limit));
        {error, Why} -> unusable("~ts: ~ts", [List, file:format_error(Why)])
    end;
main(_) ->
    unusable("arguments: LIST [LIMIT], or --dump BEAM FILE", []).

unusable(Format, Arguments) ->
    io:format(standard_error, "disasm_compare: " ++ Format ++ "~n", Arguments),
    halt(2).

pair(Line) ->
    case string:split(Line, "\t") of
        [Beam, Term] -> {unicode:characters_to_list(Beam), unicode:characters_to_list(string:trim(Term))};
        _ -> unusable("no tab in the line ~ts", [Line])
    end.

%% One worker a scheduler asks for pairs until there are none: modules differ in size by a factor of a thousand.
compare(Pairs, Limit) ->
    Self = self(),
    Workers = [spawn_monitor(fun() -> worker(Self) end) || _ <- lists:seq(1, erlang:system_info(schedulers_online))],
    Count = serve(Pairs, length(Workers), Limit, #count{}),
    io:format("compared ~w modules, ~w functions, ~w instructions, ~w differences~n",
              [Count#count.modules, Count#count.functions, Count#count.instructions, Count#count.differences]),
    halt(min(1, Count#count.differences)).

serve(_, 0, _, Count) -> Count;
serve(Pairs, Workers, Limit, Count) ->
    receive
        {next, Worker} when Pairs =:= [] ->
            Worker ! stop,
            serve(Pairs, Workers, Limit, Count);
        {next, Worker} ->
            Worker ! hd(Pairs),
            serve(tl(Pairs), Workers, Limit, Count);
        {done, One, Lines} ->
            Shown = lists:sublist(Lines, Limit),
            [io:put_chars([Line, $\n]) || Line <- Shown],
            serve(Pairs, Workers, Limit - length(Shown), add(Count, One));
        {'DOWN', _, process, _, normal} ->
            serve(Pairs, Workers - 1, Limit, Count);
        {'DOWN', _, process, _, Reason} ->
            unusable("a worker ended: ~tp", [Reason])
    end.

add(A, B) ->
    #count{modules = A#count.modules + B#count.modules, functions = A#count.functions + B#count.functions,
           instructions = A#count.instructions + B#count.instructions,
           differences = A#count.differences + B#count.differences}.

worker(Server) ->
    Server ! {next, self()},
    receive
        stop -> ok;
        {Beam, Term} ->
            {Count, Lines} = module(Beam, Term),
            Server ! {done, Count, Lines},
            worker(Server)
    end.

module(Beam, Term) ->
    case {theirs(Beam), ours(Term)} of
        {{ok, Module, Theirs}, {ok, Ours}} ->
            {Count, Lines} = functions(Module, Ours, Theirs, #count{modules = 1}, []),
            {Count, lists:reverse(Lines)};
        {{error, Why}, _} ->
            {#count{modules = 1, differences = 1}, [io_lib:format("~ts: OTP cannot read it: ~0tp", [Beam, Why])]};
        {_, {error, Why}} ->
            {#count{modules = 1, differences = 1}, [io_lib:format("~ts: our term cannot be read: ~0tp", [Beam, Why])]}
    end.

theirs(Beam) ->
    try beam_disasm:file(Beam) of
        %% The record beam_file of the compiler's beam_disasm.hrl, which is there only where OTP's sources are.
        {beam_file, Module, _Exports, _Attributes, _CompileInfo, Code} -> {ok, Module, Code};
        Other -> {error, Other}
    catch
        Class:Reason -> {error, {Class, Reason}}
    end.

ours(File) ->
    case file:read_file(File) of
        {ok, Bytes} ->
            try {ok, binary_to_term(Bytes)}
            catch error:badarg -> {error, {File, not_an_external_term}}
            end;
        {error, Why} -> {error, {File, Why}}
    end.

functions(Module, [Same | Ours], [Same | Theirs], Count, Lines) ->
    {function, _, _, _, Code} = Same,
    functions(Module, Ours, Theirs, counted(Count, Code), Lines);
functions(Module, [{function, Name, Arity, Entry, Our} | Ours], [{function, Name, Arity, OtherEntry, Their} | Theirs],
          Count, Lines) ->
    Where = io_lib:format("~tw:~tw/~w", [Module, Name, Arity]),
    Differences = [{entry, Entry, OtherEntry} || Entry =/= OtherEntry] ++ instructions(Our, Their, 0),
    New = [difference(Where, D) || D <- lists:sublist(Differences, 3)],
    Counted = counted(Count, Their),
    functions(Module, Ours, Theirs, Counted#count{differences = Counted#count.differences + length(Differences)},
              lists:reverse(New, Lines));
functions(_, [], [], Count, Lines) ->
    {Count, Lines};
functions(Module, Ours, Theirs, Count, Lines) ->
    %% Other functions, or in another order: from here on nothing fits.
    Line = difference(atom_to_list(Module), {function, name(Ours), name(Theirs)}),
    {Count#count{differences = Count#count.differences + max(length(Ours), length(Theirs))}, [Line | Lines]}.

counted(Count, Code) ->
    Count#count{functions = Count#count.functions + 1, instructions = Count#count.instructions + length(Code)}.

name([{function, Name, Arity, _, _} | _]) -> {Name, Arity};
name([Other | _]) -> Other;
name([]) -> none;
name(Other) -> Other.

instructions([Same | Ours], [Same | Theirs], N) -> instructions(Ours, Theirs, N + 1);
instructions([Our | Ours], [Their | Theirs], N) -> [{N, Our, Their} | instructions(Ours, Theirs, N + 1)];
instructions([], [], _) -> [];
instructions([], [Their | Theirs], N) -> [{N, none, Their} | instructions([], Theirs, N + 1)];
instructions([Our | Ours], [], N) -> [{N, Our, none} | instructions(Ours, [], N + 1)].

difference(Where, {Index, Our, Their}) ->
    io_lib:format("~ts ~tw: ours ~ts, OTP's ~ts", [Where, Index, short(Our), short(Their)]).

short(Term) ->
    Text = io_lib:format("~0tp", [Term]),
    case string:length(Text) > 160 of
        true -> [string:slice(Text, 0, 160), "..."];
        false -> Text
    end.
