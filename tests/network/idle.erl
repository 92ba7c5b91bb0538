%% Waits with an open socket for a connection that ends the program.
-module(idle).
-export([start/0]).

start() ->
    ok = emberl_net:start({<<>>, <<>>, undefined, dhcp}, undefined),
    receive
        {'$network', {address, _}} -> ok
    end,
    {ok, Listener} = emberl_net:open(inet, stream),
    ok = emberl_net:bind(Listener, {{0, 0, 0, 0}, 7}),
    ok = emberl_net:listen(Listener, 4),
    {select, Reference} = emberl_net:accept(Listener),
    erlang:display(waiting),
    receive
        {'$socket', Listener, select, Reference} -> ok
    end.
