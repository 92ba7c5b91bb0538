%% What most programs print: by io, of lists, text and numbers.
%% pruned: whole
-module(greeting).
-export([start/0]).

start() ->
    io:format("hello ~p ~w ~s ~ts~n", [lists:sort([3, 1, 2]), {a, "b"}, "text", [8364]]),
    io:put_chars(["line ", integer_to_list(1), $\n]),
    io:format("~.2f ~b ~.16b ~e~n", [2.5, 10, 255, 1.0]),
    io:nl(),
    [io:format("~p~n", [X]) || X <- [lists:seq(1, 60), #{1 => [x]}, <<"bytes">>, {1.5, 'A b'}]],
    ok.
