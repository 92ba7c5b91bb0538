%% Runs tests on the virtual machine for `emberl test`: those of EUnit, then those of ExUnit. What happens is appended to a
%% file, an event at a time, which the command reads: the program's own output is its own, and what is told before the
%% machine ends is not lost.
%%
%% The program's first argument is that file. The others are words:
%%
%%   eunit:MODULE:FUNCTION   a test or a generator of EUnit
%%   exunit:MODULE           a module of ExUnit's tests
%%   filter:TEXT             of ExUnit's tests, only those with this text in module or name
%%   application:NAME        started before the tests
%%   helper:MODULE           its run/0 is called before ExUnit's tests: what test_helper.exs does
%%   seed:N, colour:true     for ExUnit
-module(emberl_test).

-export([start/0, open/0, tell/2, text/1, shown/1, place/2, source/1]).

start() ->
    Words = words(),
    File = open(),
    try run(Words) of
        ok -> tell(File, #{event => done})
    catch
        Class:Reason:Stack ->
            tell(File, #{event => broken, text => shown({Class, Reason, Stack})})
    end.

run(Words) ->
    lists:foreach(fun application/1, values("application:", Words)),
    case [function(Text) || Text <- values("eunit:", Words)] of
        [] -> ok;
        Functions -> emberl_eunit:run(Functions)
    end,
    case [list_to_atom(Name) || Name <- values("exunit:", Words)] of
        [] -> ok;
        Modules ->
            emberl_exunit:run(Modules, #{
                filter => unicode:characters_to_binary(value("filter:", Words, "")),
                helpers => [list_to_atom(Name) || Name <- values("helper:", Words)],
                seed => value("seed:", Words, none),
                colour => value("colour:", Words, "false") =:= "true"
            })
    end.

application(Name) ->
    case application:ensure_all_started(list_to_atom(Name)) of
        {ok, _} -> ok;
        {error, Reason} -> error({application_not_started, Name, Reason})
    end.

%% Module and function of `MODULE:FUNCTION`, at the last colon: an atom of a module may have one, a test's name has none.
function(Text) ->
    [Module, Function] = string:split(Text, ":", trailing),
    {list_to_atom(Module), list_to_atom(Function)}.

words() ->
    [_File | Words] = init:get_plain_arguments(),
    Words.

values(Prefix, Words) ->
    [lists:nthtail(length(Prefix), Word) || Word <- Words, lists:prefix(Prefix, Word)].

value(Prefix, Words, Default) ->
    case values(Prefix, Words) of
        [Value | _] -> Value;
        [] -> Default
    end.

%% The file of events, for the process that asks. Each writes its own events whole.
open() ->
    [Path | _] = init:get_plain_arguments(),
    {ok, File} = file:open(Path, [raw, append, binary]),
    File.

%% An event: the length of a term, and the term.
tell(File, Event) ->
    Bytes = term_to_binary(Event),
    ok = file:write(File, <<(byte_size(Bytes)):32, Bytes/binary>>).

%% Text that may be characters or bytes of any kind.
text(undefined) ->
    <<>>;
text(Text) ->
    try unicode:characters_to_binary(Text) of
        Binary when is_binary(Binary) -> Binary;
        {_, Good, Rest} -> <<Good/binary, (shown(Rest))/binary>>
    catch
        error:_ -> shown(Text)
    end.

%% A term, as io:format prints it.
shown(Term) ->
    unicode:characters_to_binary(io_lib:format("~tp", [Term])).

%% Where a function of the module was, in a stack trace: its file and line.
place(Module, Stack) when is_list(Stack) ->
    Places = [{File, Line} || {M, _, _, Info} <- Stack, M =:= Module, is_list(Info),
                              {file, File} <- [lists:keyfind(file, 1, Info)],
                              {line, Line} <- [lists:keyfind(line, 1, Info)]],
    case Places of
        [{File, Line} | _] -> {text(File), Line};
        [] -> none
    end;
place(_, _) ->
    none.

%% The source that a module was compiled from; empty where that is not told.
source(Module) ->
    try Module:module_info(compile) of
        Info -> text(proplists:get_value(source, Info, ""))
    catch
        error:_ -> <<>>
    end.
