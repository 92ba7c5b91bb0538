%% Standard input, by every function that reads it.
%% pruned: unresolved
-module(io_input).
-export([start/0]).

start() ->
    P = fun(X) -> io:format("~tp~n", [X]) end,
    ok = io:setopts([binary]),
    P(io:get_line("")),
    ok = io:setopts([list]),
    P(io:get_line("> ")),
    P(io:get_chars("", 3)),
    P(io:get_chars("", 0)),
    P(io:get_line("")),
    P(io:fread("", "~d ~s")),
    P(io:fread("", "~f")),
    P(io:get_line("")),
    P(io:read("")),
    P(io:read("")),
    P(io:read("")),
    P(io:get_line("")),
    P(io:parse_erl_exprs("")),
    P(io:scan_erl_exprs("")),
    P(io:get_line("")),
    P(io:get_line("")),
    P(io:get_line("")),
    P(io:get_chars("", 4)),
    P(io:get_line("")),
    P(io:get_line("")),
    Self = self(),
    %% Two that read: each gets a line.
    [spawn_link(fun() -> Line = io:get_line(""), Self ! {line, N, Line} end) || N <- [1]],
    P(receive {line, 1, Line} -> Line end),
    P(io:get_line("")),
    P(io:get_line("")),
    P(io:get_chars("", 5)),
    ok.
