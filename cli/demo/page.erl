%% The demo's answers to requests: the web server calls handle/2 for each, in a process of its connection.
-module(page).
-export([handle/2]).

handle(#{path := <<"/">>}, _) ->
    Readings = [{"kitchen", 21.5}, {"cellar", 12.0}, {"attic", 31.25}],
    Mean = statistics:mean([Degrees || {_, Degrees} <- Readings]),
    [Warm] = statistics:above(25.0, Readings),
    {200, ["visit ", integer_to_list(visits:next()), ": ", float_to_binary(Mean, [{decimals, 1}]), " degrees, too warm: ", Warm, "\n"]};
handle(#{path := <<"/crash">>}, _) ->
    visits:crash(),
    thermometer:settle(),
    {200, "the counter has crashed, and was started again\n"};
handle(_, _) ->
    {404, "there is nothing here\n"}.
