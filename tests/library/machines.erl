%% gen_statem: both callback modes, every action, every kind of timeout; and gen_event.
-module(machines).
-export([start/0]).
-export([init/1, callback_mode/0, locked/3, open/3, handle_event/4, terminate/3, code_change/4]).
-export([handle_event/2, handle_call/2, handle_info/2, terminate/2]).

-define(P(X), io:format("~w ~tp~n", [?LINE, X])).

start() ->
    {ok, Door} = gen_statem:start_link({local, door}, ?MODULE, {functions, "1234"}, []),
    ?P([gen_statem:call(door, {button, D}) || D <- "1235"]),
    ?P([gen_statem:call(door, {button, D}) || D <- "1234"]),
    ?P(gen_statem:call(door, state)),
    ?P(gen_statem:call(door, {postponed, x}, 1000)),
    ?P(gen_statem:call(door, state)),
    ?P(gen_statem:cast(door, unlock)),
    ?P(gen_statem:call(door, state)),
    ?P(catch gen_statem:call(door, never, 10)),
    ?P(catch gen_statem:call(nobody, x)),
    Req = gen_statem:send_request(door, state),
    ?P(gen_statem:receive_response(Req)),
    ?P(sys:get_state(door)),
    timer:sleep(600),
    ?P(gen_statem:call(door, state)),
    ?P(gen_statem:stop(Door)),
    {ok, M} = gen_statem:start(?MODULE, {handle_event_function, []}, []),
    ?P([gen_statem:call(M, X) || X <- [next_event, generic, state_timeout, event_timeout, cancel, keep, repeat, hibernate]]),
    timer:sleep(60),
    ?P(gen_statem:call(M, log)),
    process_flag(trap_exit, true),
    link(M),
    ?P(catch gen_statem:call(M, stop_and_reply)),
    receive {'EXIT', M, R} -> ?P(R) end,
    ?P([gen_statem:start(?MODULE, X, []) || X <- [ignore, {stop, {shutdown, no}}]]),
    events(),
    ok.

init({functions, Code}) ->
    put(mode, state_functions),
    {ok, locked, #{code => Code, left => Code}};
init({handle_event_function, Data}) ->
    {ok, one, Data};
init(ignore) ->
    ignore;
init({stop, Why}) ->
    {stop, Why};
init([handler | Args]) ->
    {ok, Args};
init(refuse) ->
    refused;
init({From, {swapped, Term}}) ->
    {ok, [From, Term]}.

callback_mode() ->
    case get(mode) of
        state_functions -> [state_functions, state_enter];
        _ -> handle_event_function
    end.

locked(enter, Old, Data) ->
    io:format("enter locked from ~p~n", [Old]),
    {keep_state, Data#{left := maps:get(code, Data)}};
locked({call, From}, {button, D}, #{left := [D]} = Data) ->
    {next_state, open, Data, [{reply, From, opened}, {state_timeout, 400, lock}]};
locked({call, From}, {button, D}, #{left := [D | Left]} = Data) ->
    {keep_state, Data#{left := Left}, {reply, From, {left, length(Left)}}};
locked({call, From}, {button, _}, #{code := Code} = Data) ->
    {keep_state, Data#{left := Code}, [{reply, From, wrong}]};
locked({call, _}, {postponed, _}, _) ->
    {keep_state_and_data, [postpone]};
locked({call, From}, state, #{left := Left}) ->
    {keep_state_and_data, {reply, From, {locked, Left}}};
locked({call, _}, never, _) ->
    keep_state_and_data;
locked(cast, unlock, Data) ->
    {next_state, open, Data, [{state_timeout, 400, lock}]}.

open(enter, Old, _) ->
    io:format("enter open from ~p~n", [Old]),
    keep_state_and_data;
open(state_timeout, lock, Data) ->
    {next_state, locked, Data};
open({call, From}, state, _) ->
    {keep_state_and_data, {reply, From, open}};
open({call, From}, {postponed, X}, _) ->
    {keep_state_and_data, {reply, From, {was_postponed, X}}};
open({call, From}, {button, _}, _) ->
    {keep_state_and_data, {reply, From, already}};
open({call, _}, never, _) ->
    keep_state_and_data;
open(cast, unlock, _) ->
    keep_state_and_data.

handle_event({call, From}, next_event, S, Data) ->
    {next_state, {two, S}, [next | Data], [{reply, From, ok}, {next_event, internal, inside}, {next_event, cast, outside}]};
handle_event(internal, inside, S, Data) ->
    {keep_state, [{inside, S} | Data]};
handle_event(cast, outside, _, Data) ->
    {next_state, three, [outside | Data]};
handle_event({call, From}, generic, _, _) ->
    {keep_state_and_data, [{reply, From, ok}, {{timeout, g}, 5, generic}, {{timeout, h}, 1000, never}]};
handle_event({timeout, g}, generic, _, Data) ->
    {keep_state, [generic_timeout | Data]};
handle_event({call, From}, state_timeout, _, Data) ->
    {next_state, four, Data, [{reply, From, ok}, {state_timeout, 10, four}]};
handle_event(state_timeout, four, S, Data) ->
    {keep_state, [{state_timeout, S} | Data]};
handle_event({call, From}, event_timeout, _, _) ->
    {keep_state_and_data, [{reply, From, ok}, {timeout, 1, event}]};
handle_event(timeout, event, _, Data) ->
    {keep_state, [event_timeout | Data]};
handle_event({call, From}, cancel, _, _) ->
    {keep_state_and_data, [{reply, From, ok}, {{timeout, h}, cancel}]};
handle_event({call, From}, keep, _, Data) ->
    {keep_state, [kept | Data], [{reply, From, ok}]};
handle_event({call, From}, repeat, _, Data) ->
    {repeat_state, [repeated | Data], [{reply, From, ok}]};
handle_event({call, From}, hibernate, _, _) ->
    {keep_state_and_data, [hibernate, {reply, From, ok}]};
handle_event({call, From}, log, S, Data) ->
    {keep_state_and_data, {reply, From, {S, lists:reverse(Data)}}};
handle_event({call, From}, stop_and_reply, _, Data) ->
    {stop_and_reply, {shutdown, done}, [{reply, From, stopping}], Data}.

terminate(Why, State, _) ->
    io:format("terminate ~tp in ~tp~n", [Why, State]).

code_change(_, State, Data, _) -> {ok, State, Data}.

%% gen_event.

events() ->
    {ok, E} = gen_event:start_link({local, events}),
    ?P(gen_event:add_handler(events, ?MODULE, [handler, a])),
    ?P(gen_event:add_handler(events, ?MODULE, [handler, again])),
    ?P(gen_event:add_handler(events, {?MODULE, two}, [handler, b])),
    ?P(gen_event:add_handler(events, {?MODULE, three}, refuse)),
    ?P(gen_event:which_handlers(events)),
    ?P(gen_event:notify(events, first)),
    ?P(gen_event:sync_notify(events, second)),
    events ! info,
    ?P(gen_event:call(events, ?MODULE, get)),
    ?P(gen_event:call(events, {?MODULE, two}, get, 1000)),
    ?P(gen_event:call(events, nobody, get)),
    ?P(gen_event:delete_handler(events, {?MODULE, two}, bye)),
    ?P(gen_event:delete_handler(events, {?MODULE, two}, bye)),
    ?P(gen_event:swap_handler(events, {?MODULE, why}, {{?MODULE, new}, swapped_in})),
    ?P(gen_event:which_handlers(events)),
    ?P(gen_event:call(events, {?MODULE, new}, get)),
    ?P(gen_event:add_sup_handler(events, {?MODULE, sup}, [handler, s])),
    gen_event:notify(events, {remove, sup}),
    receive M -> ?P(M) after 1000 -> ?P(nothing) end,
    ?P(gen_event:which_handlers(events)),
    ?P(gen_event:stop(E)),
    receive {'EXIT', E, R} -> ?P(R) end.

handle_event({remove, X}, [X0 | _]) when hd([X0]) =:= s, X =:= sup -> remove_handler;
handle_event(E, S) -> {ok, S ++ [E]}.
handle_call(get, S) -> {ok, S, S}.
handle_info(I, S) -> {ok, S ++ [{info, I}]}.
terminate({stop, R}, S) -> io:format("handler stop ~tp ~tp~n", [R, S]), {stopped, R};
terminate(why, S) -> {swapped, S};
terminate(R, S) -> io:format("handler ends ~tp ~tp~n", [R, S]), {done, R}.
