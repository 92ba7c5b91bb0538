%% Asks for a network, and tells the answer.
-module(no_network).
-export([start/0]).

start() ->
    erlang:display(emberl_net:start({<<>>, <<>>, undefined, dhcp}, undefined)),
    erlang:display(emberl_net:open(inet, stream)),
    erlang:display(emberl_net:pools()),
    ok.
