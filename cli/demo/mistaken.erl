%% The demo's deliberate mistakes: a misspelt function, a wrong arity, and a module that is nowhere.
-module(mistaken).
-export([start/0]).

start() ->
    Mean = statistics:maen([19.5, 20.5]),
    Warm = statistics:above(Mean),
    display:show(Warm).
