%% The harness itself: kernel and stdlib are there, and what is printed is compared.
-module(lists_smoke).
-export([start/0]).

start() ->
    erlang:display(lists:sort([3, 1, 2])),
    erlang:display({self(), make_ref()}),
    ok.
