%% The demo of `emberl demo`: reads a list of temperatures and tells which are too warm. No library is needed.
-module(thermometer).
-export([start/0]).

start() ->
    Readings = [{kitchen, 21.5}, {cellar, 12.0}, {attic, 31.25}],
    Warm = statistics:above(25.0, Readings),
    erlang:display({warm, Warm}),
    erlang:display({mean, statistics:mean([Degrees || {_, Degrees} <- Readings])}),
    ok.
