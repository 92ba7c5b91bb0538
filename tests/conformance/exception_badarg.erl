%% BIFs with arguments of the wrong kind.
-module(exception_badarg).
-export([start/0, id/1]).

start() ->
    run(1, 33).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> atom_to_list(id(1));
t(2) -> list_to_atom(id([a]));
t(3) -> list_to_atom(id([-1]));
t(4) -> integer_to_list(id(a));
t(5) -> list_to_integer(id("12a"));
t(6) -> list_to_integer(id(""));
t(7) -> binary_to_integer(id(<<"-">>));
t(8) -> list_to_float(id("1"));
t(9) -> element(id(0), id({a}));
t(10) -> element(id(2), id({a}));
t(11) -> element(id(1), id(a));
t(12) -> setelement(id(3), id({a, b}), c);
t(13) -> hd(id([]));
t(14) -> tl(id([]));
t(15) -> tuple_to_list(id(a));
t(16) -> list_to_tuple(id([a | b]));
t(17) -> list_to_binary(id([256]));
t(18) -> list_to_binary(id([a]));
t(19) -> iolist_size(id([1, [a]]));
t(20) -> binary_to_atom(id(<<255>>), utf8);
t(21) -> binary_part(id(<<1, 2>>), 1, 2);
t(22) -> split_binary(id(<<1, 2>>), 3);
t(23) -> apply(id(a), id(b), id(c));
t(24) -> map_get(id(a), id(#{}));
t(25) -> map_get(id(a), id(b));
t(26) -> length(id(a));
t(27) -> id([1]) ++ id(a);
t(28) -> id(a) ++ id([1]);
t(29) -> id(a) -- id([]);
t(30) -> id([1 | 2]) -- id([1]);
t(31) -> round(id(a));
t(32) -> float(id(1 bsl 2000));
t(33) -> make_tuple(id(-1)).

make_tuple(N) -> erlang:make_tuple(N, a).
