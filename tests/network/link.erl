%% What the link tells, until the program is asked to end by a connection to port 9: each event is a line.
-module(link).
-export([start/0]).

start() ->
    ok = emberl_net:start({<<>>, <<>>, <<"tester">>, dhcp}, undefined),
    Main = self(),
    spawn_link(fun() -> ending(Main) end),
    Ended = events(),
    {ok, State} = emberl_net:state(),
    erlang:display({state, State}),
    ok = emberl_net:stop(),
    {ok, Stopped} = emberl_net:state(),
    erlang:display({state, Stopped}),
    Ended.

events() ->
    receive
        {'$network', Event} ->
            erlang:display(Event),
            events();
        asked ->
            ok
    end.

ending(Main) ->
    {ok, Listener} = emberl_net:open(inet, stream),
    ok = emberl_net:bind(Listener, {{0, 0, 0, 0}, 9}),
    ok = emberl_net:listen(Listener, 1),
    {ok, {_, _}} = again(Listener, fun() -> emberl_net:accept(Listener) end),
    Main ! asked.

again(Handle, Ask) ->
    case Ask() of
        {select, Reference} ->
            receive
                {'$socket', Handle, select, Reference} -> again(Handle, Ask)
            end;
        Answer ->
            Answer
    end.
