%% EUnit's tests, run by OTP's eunit: this is the listener that tells what happens.
-module(emberl_eunit).
-behaviour(eunit_listener).

-export([run/1]).
-export([start/1, init/1, handle_begin/3, handle_end/3, handle_cancel/3, terminate/2]).

%% Runs tests and generators, each given by module and name, and each by a run of eunit's: one that is no test at all would
%% end the others of its run.
run(Functions) ->
    lists:foreach(fun run_one/1, Functions).

run_one({Module, Function} = Name) ->
    % The listener is a process of its own, and comes too late to tell of a test that ends the machine at once.
    File = emberl_test:open(),
    emberl_test:tell(File, (about([{id, run}], #{name => Name}))#{event => running}),
    ok = file:close(File),
    Item = case lists:suffix("_test_", atom_to_list(Function)) of
        true -> {generator, Module, Function};
        false -> {test, Module, Function}
    end,
    case eunit:test(Item, [no_tty, {report, {?MODULE, [Name]}}]) of
        {error, Reason} -> error({eunit, Name, Reason});
        % `error` alone means that a test failed, which was told.
        _ -> ok
    end.

start(Options) ->
    eunit_listener:start(?MODULE, Options).

init([Name]) ->
    State = #{file => emberl_test:open(), name => Name},
    receive
        {start, _} -> State
    end.

handle_begin(test, Data, State) ->
    tell(State, (about(Data, State))#{event => start}),
    State;
handle_begin(group, _, State) ->
    State.

handle_end(test, Data, State) ->
    Event = (about(Data, State))#{
        event => finish,
        micros => 1000 * proplists:get_value(time, Data, 0),
        output => emberl_test:text(proplists:get_value(output, Data, []))
    },
    tell(State, maps:merge(Event, status(proplists:get_value(status, Data), Event))),
    State;
handle_end(group, _, State) ->
    State.

handle_cancel(Kind, Data, State) ->
    case cancelled(Kind, proplists:get_value(reason, Data)) of
        ignored ->
            State;
        Failure ->
            About = about(Data, State),
            tell(State, maps:merge(About#{event => finish, micros => 0, output => <<>>}, Failure)),
            State
    end.

terminate(_, #{file := File}) ->
    ok = file:close(File).

tell(#{file := File}, Event) ->
    emberl_test:tell(File, Event).

%% What test this is.
about(Data, #{name := {Module, Function} = Name}) ->
    Id = proplists:get_value(id, Data),
    Line = case proplists:get_value(line, Data, 0) of
        Number when is_integer(Number) -> Number;
        _ -> 0
    end,
    #{
        framework => <<"eunit">>,
        id => emberl_test:shown({Name, Id}),
        module => atom_to_binary(Module),
        function => atom_to_binary(Function),
        name => emberl_test:text(proplists:get_value(desc, Data)),
        file => emberl_test:source(Module),
        line => Line
    }.

status(ok, _) ->
    #{status => passed};
status({skipped, Reason}, _) ->
    % Nobody asked for that: the function of the test is not there. eunit counts it as a fault, too.
    #{status => failed, kind => <<"did_not_run">>, text => emberl_test:shown(Reason)};
status({error, {Class, Reason, Stack}}, #{module := Module}) ->
    maps:merge(#{status => failed, text => exception(Class, Reason, Stack)},
               failure(Class, Reason, Stack, binary_to_atom(Module)));
status({error, Reason}, _) ->
    #{status => failed, kind => <<"error">>, text => emberl_test:shown(Reason)}.

%% In EUnit's own words, without the calls of eunit's own functions.
exception(Class, Reason, Stack) ->
    Own = lists:takewhile(fun is_own/1, Stack),
    try
        emberl_test:text(string:trim(eunit_lib:format_exception({Class, Reason, Own})))
    catch
        error:_ -> emberl_test:shown({Class, Reason, Own})
    end.

is_own({Module, _, _, _}) -> not lists:prefix("eunit_", atom_to_list(Module));
is_own(_) -> true.

%% An assertion tells what it is of as a list of pairs.
failure(error, {Kind, [{_, _} | _] = Info}, Stack, Module) when is_atom(Kind) ->
    case {lists:prefix("assert", atom_to_list(Kind)), assertion_place(Info, Stack)} of
        {true, Place} ->
            maps:merge(#{kind => assertion_name(Kind), assertion => true, values => values(Info)}, Place);
        {false, _} ->
            placed(#{kind => <<"error">>}, Module, Stack)
    end;
failure(error, #{gleam_error := Kind, message := Message} = Info, Stack, Module) ->
    % What `assert`, `let assert`, `panic` and `todo` of Gleam raise.
    Failure = placed(#{kind => emberl_test:text(atom_to_list(Kind)), assertion => true,
                       values => [{<<"message">>, emberl_test:text(Message)} | gleam_values(Info)]},
                     Module, Stack),
    case Info of
        #{file := File, line := Line} when is_integer(Line) -> Failure#{file => emberl_test:text(File), line => Line};
        #{line := Line} when is_integer(Line) -> Failure#{line => Line};
        _ -> Failure
    end;
failure(Class, _, Stack, Module) ->
    placed(#{kind => atom_to_binary(Class)}, Module, Stack).

placed(Failure, Module, Stack) ->
    case emberl_test:place(Module, Stack) of
        {File, Line} -> Failure#{file => File, line => Line};
        none -> Failure
    end.

assertion_place(Info, Stack) ->
    Module = proplists:get_value(module, Info),
    Line = proplists:get_value(line, Info),
    case {emberl_test:place(Module, Stack), Line} of
        {{File, _}, Line} when is_integer(Line) -> #{file => File, line => Line};
        {none, Line} when is_integer(Line) -> #{file => emberl_test:source(Module), line => Line};
        {{File, At}, _} -> #{file => File, line => At};
        {none, _} -> #{}
    end.

%% `assertEqual_failed` was the name before OTP 19.
assertion_name(Kind) ->
    [Name | _] = string:split(atom_to_list(Kind), "_failed"),
    list_to_binary(Name).

values(Info) ->
    [{name(Key), value(Key, Value)} || {Key, Value} <- Info, Key =/= module, Key =/= line].

name(value) -> <<"got">>;
name(Key) when is_atom(Key) -> binary:replace(atom_to_binary(Key), <<"_">>, <<" ">>, [global]);
name(Key) -> emberl_test:shown(Key).

%% Source is told as a string, values are terms.
value(Key, Text) when Key =:= expression; Key =:= pattern; Key =:= command; Key =:= comment ->
    emberl_test:text(Text);
value(unexpected_exception, {Class, Reason, _}) ->
    emberl_test:shown({Class, Reason});
value(_, Value) ->
    emberl_test:shown(Value).

gleam_values(Info) ->
    [{Name, gleam_value(maps:get(Key, Info))} || {Key, Name} <- [{left, <<"left">>}, {right, <<"right">>}, {value, <<"got">>}],
                                                 is_map_key(Key, Info)].

gleam_value(#{value := Value}) -> emberl_test:shown(Value);
gleam_value(Value) -> emberl_test:shown(Value).

%% What eunit gave up. What it gave up only since something in it was given up is told there.
cancelled(_, {blame, _}) ->
    ignored;
cancelled(_, undefined) ->
    ignored;
cancelled(Kind, timeout) ->
    #{status => failed, kind => <<"timeout">>, text => timeout_text(Kind)};
cancelled(Kind, {timeout, #{stacktrace := Stack}}) ->
    #{status => failed, kind => <<"timeout">>,
      text => <<(timeout_text(Kind))/binary, "; it was in\n", (emberl_test:shown(lists:takewhile(fun is_own/1, Stack)))/binary>>};
cancelled(_, {abort, {Cause, Details}}) ->
    aborted(Cause, Details);
cancelled(_, {abort, Cause}) ->
    #{status => failed, kind => <<"abort">>, text => emberl_test:shown(Cause)};
cancelled(_, {exit, Reason}) ->
    #{status => failed, kind => <<"exit">>,
      text => <<"the test's process was ended by an exit signal:\n", (emberl_test:shown(Reason))/binary>>};
cancelled(_, Reason) ->
    #{status => failed, kind => <<"cancelled">>, text => emberl_test:shown(Reason)}.

timeout_text(test) -> <<"the test took longer than its time">>;
timeout_text(group) -> <<"the tests of the group took longer than their time">>.

aborted(generator_failed, {{_, _, _}, Exception}) ->
    aborted(generator_failed, Exception);
aborted(Cause, {Class, Reason, Stack}) when is_list(Stack) ->
    Failure = case Stack of
        [{Module, _, _, _} | _] -> failure(Class, Reason, Stack, Module);
        _ -> #{}
    end,
    Failure#{status => failed, kind => atom_to_binary(Cause), text => exception(Class, Reason, Stack)};
aborted(Cause, Details) ->
    #{status => failed, kind => atom_to_binary(Cause), text => emberl_test:shown(Details)}.
