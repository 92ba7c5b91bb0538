%% gen_statem in both callback modes: postponed events, timeouts, replies, enter calls.
%% modules: gen_statem gen proc_lib
-module(door).
-behaviour(gen_statem).
-export([start/0, init/1, callback_mode/0, terminate/3]).
-export([locked/3, open/3, jammed/3]).

start() ->
    {ok, Door} = gen_statem:start_link(?MODULE, {"1234", state_functions}, []),
    [io:format("~w -> ~w~n", [C, gen_statem:call(Door, {digit, C})]) || C <- "991234"],
    gen_statem:cast(Door, {knock, self()}),
    receive {knocked, State} -> io:format("knocked while ~w~n", [State]) end,
    io:format("~w~n", [gen_statem:call(Door, where)]),
    receive {closed_again, Ref} -> io:format("closed ~w~n", [Ref]) after 5000 -> io:format("still open~n") end,
    io:format("~w~n", [gen_statem:call(Door, where)]),
    gen_statem:cast(Door, jam),
    %% Postponed until the door works again.
    Request = gen_statem:send_request(Door, {digit, $1}),
    gen_statem:cast(Door, repair),
    io:format("~w~n", [gen_statem:receive_response(Request, 5000)]),
    io:format("~w~n", [sys:get_state(Door)]),
    ok = gen_statem:stop(Door),
    ok.

callback_mode() -> [state_functions, state_enter].

init({Code, _}) -> {ok, locked, #{code => Code, entered => [], owner => none}}.

locked(enter, Old, Data) ->
    io:format("enter locked from ~w~n", [Old]),
    case Data of
        #{owner := Pid} when is_pid(Pid) -> Pid ! {closed_again, Old};
        _ -> ok
    end,
    {keep_state, Data#{entered := []}};
locked({call, From}, {digit, C}, #{code := Code, entered := Entered} = Data) ->
    case lists:sublist([C | Entered], length(Code)) of
        Digits when length(Digits) =:= length(Code) ->
            case lists:reverse(Digits) of
                Code -> {next_state, open, Data#{owner := element(1, From)}, [{reply, From, opened}]};
                _ -> {keep_state, Data#{entered := Digits}, {reply, From, wrong}}
            end;
        Digits -> {keep_state, Data#{entered := Digits}, {reply, From, more}}
    end;
locked(cast, jam, Data) -> {next_state, jammed, Data};
locked(Type, Event, Data) -> common(Type, Event, locked, Data).

open(enter, Old, _) ->
    io:format("enter open from ~w~n", [Old]),
    {keep_state_and_data, [{state_timeout, 50, close}]};
open(state_timeout, close, Data) -> {next_state, locked, Data};
open(Type, Event, Data) -> common(Type, Event, open, Data).

jammed(enter, Old, _) -> io:format("enter jammed from ~w~n", [Old]), keep_state_and_data;
jammed(cast, repair, Data) -> {next_state, locked, Data#{owner := none}, [{next_event, internal, repaired}]};
jammed({call, _}, {digit, _}, _) -> {keep_state_and_data, postpone};
jammed(Type, Event, Data) -> common(Type, Event, jammed, Data).

common({call, From}, where, State, _) -> {keep_state_and_data, {reply, From, State}};
common(cast, {knock, Pid}, State, _) -> Pid ! {knocked, State}, keep_state_and_data;
common(internal, Event, State, _) -> io:format("~w in ~w~n", [Event, State]), keep_state_and_data.

terminate(Reason, State, #{entered := Entered}) ->
    io:format("ends in ~w with ~s: ~w~n", [State, Entered, Reason]).
