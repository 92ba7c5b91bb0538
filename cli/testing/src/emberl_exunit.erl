%% ExUnit's tests, run by Elixir's ex_unit: this is the formatter that tells what happens. It is written in Erlang, so that
%% it runs with every version of Elixir.
-module(emberl_exunit).
-behaviour(gen_server).

-export([run/2]).
-export([init/1, handle_call/3, handle_cast/2]).

-define(WIDTH, 80).
%% The entries of the machine's stack traces, which are as many as on a node of OTP and not to be changed.
-define(DEPTH, 8).

%% Runs the tests of modules, as `mix test` does.
run(Modules, #{helpers := Helpers} = Options) ->
    ok = signals(),
    {ok, _} = application:ensure_all_started(ex_unit),
    ok = application:set_env(ex_unit, autorun, false),
    lists:foreach(fun(Helper) -> Helper:run() end, Helpers),
    ok = 'Elixir.ExUnit':configure([{autorun, false}, {formatters, [?MODULE]}, {stacktrace_depth, ?DEPTH}, {emberl, Options}
                                    | configuration(Modules, Options)]),
    _ = 'Elixir.ExUnit':run(Modules),
    ok.

%% ExUnit adds a handler of the system's signals, of which there are none here; OTP's kernel has this process.
signals() ->
    case whereis(erl_signal_server) of
        undefined ->
            {ok, _} = gen_event:start({local, erl_signal_server}),
            ok;
        _ ->
            ok
    end.

configuration(Modules, #{filter := Filter, seed := Seed}) ->
    Chosen = case Filter of
        <<>> -> [];
        _ -> [{only_test_ids, 'Elixir.MapSet':new(chosen(Modules, Filter))}]
    end,
    case Seed of
        none -> Chosen;
        _ -> [{seed, list_to_integer(Seed)} | Chosen]
    end.

chosen(Modules, Filter) ->
    [{Module, Name} || Module <- Modules, #{name := Name} <- maps:get(tests, Module:'__ex_unit__'()),
                       string:find([module_text(Module), $\s, atom_to_binary(Name)], Filter) =/= nomatch].

init(Options) ->
    #{colour := Colour} = proplists:get_value(emberl, Options, #{colour => false}),
    File = emberl_test:open(),
    emberl_test:tell(File, #{event => seed, seed => proplists:get_value(seed, Options, 0)}),
    {ok, #{file => File, colour => Colour}}.

handle_call(_, _, State) ->
    {reply, ok, State}.

handle_cast({test_started, Test}, #{file := File} = State) ->
    emberl_test:tell(File, (about(Test))#{event => start}),
    {noreply, State};
handle_cast({test_finished, #{state := {excluded, _}} = Test}, #{file := File} = State) ->
    emberl_test:tell(File, (about(Test))#{event => excluded}),
    {noreply, State};
handle_cast({test_finished, #{state := Result, time := Micros} = Test}, #{file := File} = State) ->
    Event = (about(Test))#{event => finish, micros => Micros, output => logs(Test)},
    emberl_test:tell(File, maps:merge(Event, status(Result, Test, State))),
    {noreply, State};
handle_cast({module_finished, #{state := {failed, Failures}, name := Module, file := Source} = Tests}, State) ->
    #{file := File} = State,
    Event = #{
        event => finish,
        framework => <<"exunit">>,
        id => emberl_test:shown({setup_all, Module}),
        module => module_text(Module),
        function => <<>>,
        name => <<"setup_all">>,
        file => emberl_test:text(Source),
        line => 0,
        micros => 0,
        output => <<>>
    },
    Text = formatted(format_test_all_failure, Tests, Failures, State),
    emberl_test:tell(File, maps:merge(Event, failed(Failures, Module, Text))),
    {noreply, State};
handle_cast(_, State) ->
    {noreply, State}.

about(#{name := Name, module := Module, tags := Tags}) ->
    #{
        framework => <<"exunit">>,
        id => emberl_test:shown({Module, Name}),
        module => module_text(Module),
        function => <<>>,
        name => atom_to_binary(Name),
        file => emberl_test:text(maps:get(file, Tags, <<>>)),
        line => maps:get(line, Tags, 0)
    }.

%% As Elixir writes it: Calc.AddTest.
module_text(Module) ->
    case atom_to_binary(Module) of
        <<"Elixir.", Name/binary>> -> Name;
        Name -> Name
    end.

logs(#{logs := Logs}) when is_binary(Logs); is_list(Logs) -> emberl_test:text(Logs);
logs(_) -> <<>>.

status(nil, _, _) ->
    #{status => passed};
status({skipped, Why}, _, _) ->
    #{status => skipped, text => emberl_test:text(Why)};
status({invalid, _}, _, _) ->
    #{status => not_run, text => <<"setup_all failed">>};
status({failed, Failures}, #{module := Module} = Test, State) ->
    failed(Failures, Module, formatted(format_test_failure, Test, Failures, State)).

failed([{Kind, Error, Stack} | _], Module, Text) ->
    Failure = #{status => failed, kind => kind(Kind, Error), text => Text, assertion => is_assertion(Error),
                values => values(Error)},
    case emberl_test:place(Module, Stack) of
        {File, Line} -> Failure#{file => File, line => Line};
        none -> Failure
    end;
failed([], _, Text) ->
    #{status => failed, kind => <<"error">>, text => Text}.

kind(error, #{'__struct__' := Exception, '__exception__' := true}) -> module_text(Exception);
kind({'EXIT', _}, _) -> <<"exit">>;
kind(Kind, _) when is_atom(Kind) -> atom_to_binary(Kind);
kind(Kind, _) -> emberl_test:shown(Kind).

is_assertion(#{'__struct__' := 'Elixir.ExUnit.AssertionError'}) -> true;
is_assertion(#{'__struct__' := 'Elixir.ExUnit.MultiError', errors := [{_, Error, _} | _]}) -> is_assertion(Error);
is_assertion(_) -> false.

%% The sides of an assertion that has sides; those of a pattern are code.
values(#{'__struct__' := 'Elixir.ExUnit.AssertionError', context := Context} = Error) when is_atom(Context) ->
    None = 'Elixir.ExUnit.AssertionError':no_value(),
    [{atom_to_binary(Side), 'Elixir.Kernel':inspect(Value)}
     || Side <- [left, right], {ok, Value} <- [maps:find(Side, Error)], Value =/= None];
values(_) ->
    [].

%% What ExUnit says of failures, without its title and place, which are told with every test.
formatted(Function, Test, Failures, #{colour := Colour}) ->
    Text = try
        'Elixir.ExUnit.Formatter':Function(Test, Failures, 1, ?WIDTH, fun(Key, What) -> styled(Key, What, Colour) end)
    catch
        Class:Reason:Stack -> [io_lib:format("ExUnit's formatter failed: ~tp~n", [{Class, Reason, Stack}]), shown(Failures)]
    end,
    unindented(Function, emberl_test:text(Text)).

shown(Failures) ->
    emberl_test:shown(Failures).

unindented(Function, Text) ->
    Lines = binary:split(Text, <<"\n">>, [global]),
    Body = case lists:dropwhile(fun(Line) -> Line =:= <<>> end, Lines) of
        [<<"  1) ", _/binary>>, _Place | Rest] when Function =:= format_test_failure -> Rest;
        [<<"  1) ", _/binary>> | Rest] -> Rest;
        Rest -> Rest
    end,
    emberl_test:text(string:trim(lists:join($\n, [unindented_line(Line) || Line <- Body]), trailing)).

unindented_line(<<"     ", Line/binary>>) -> Line;
unindented_line(Line) -> Line.

styled('diff_enabled?', _, Colour) ->
    Colour;
styled(blame_diff, Text, Colour) ->
    case Colour of
        true -> coloured(red, Text);
        false -> <<$-, Text/binary, $->>
    end;
styled(Key, Document, true) when Key =:= diff_delete; Key =:= diff_delete_whitespace;
                                 Key =:= diff_insert; Key =:= diff_insert_whitespace ->
    Options = 'Elixir.Inspect.Opts':'__struct__'([{syntax_colors, colours()}]),
    Color = case erlang:function_exported('Elixir.Inspect.Algebra', color_doc, 3) of
        true -> color_doc;
        false -> color
    end,
    'Elixir.Inspect.Algebra':Color(Document, Key, Options);
styled(extra_info, Text, true) ->
    coloured(cyan, Text);
styled(_, Text, _) ->
    Text.

coloured(Colour, Text) ->
    iolist_to_binary('Elixir.IO.ANSI':format_fragment([Colour, Text, reset], true)).

colours() ->
    [{diff_delete, red}, {diff_insert, green}, {diff_delete_whitespace, red_background},
     {diff_insert_whitespace, green_background}].
