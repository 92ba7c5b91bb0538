%% The smallest program that uses lists and io_lib.
%% modules: lists io io_lib
-module(hello_lists_iolib).
-export([start/0]).

start() ->
    Words = lists:map(fun string_of/1, [world, hello]),
    io:put_chars(io_lib:format("~s, ~s! ~w~n", lists:sort(Words) ++ [lists:sum([1, 2, 3])])),
    ok.

string_of(Atom) -> atom_to_list(Atom).
