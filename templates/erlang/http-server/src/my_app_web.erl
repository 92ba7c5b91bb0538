%% The answers to requests. Each connection has a process of its own, which calls handle/2.
-module(my_app_web).
-export([handle/2]).

handle(#{method := <<"GET">>, path := <<"/">>}, _) ->
    {200, [{"content-type", "text/plain"}], page(my_app_counter:next())};
handle(_, _) ->
    {404, "There is nothing here.\n"}.

page(1) -> "This is the first visit.\n";
page(Count) -> ["There were ", integer_to_list(Count), " visits.\n"].
