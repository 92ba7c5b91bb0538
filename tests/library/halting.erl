%% halt/1 ends at once, with its status, after what was printed.
-module(halting).
-export([start/0]).

start() ->
    spawn(fun() -> receive after 10000 -> io:put_chars("never\n") end end),
    io:put_chars("before\n"),
    io:put_chars(standard_error, "error before\n"),
    halt(7).
