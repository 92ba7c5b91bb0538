%% I/O lists to binaries and their sizes, nested and improper ones.
-module(convert_iolists).
-export([start/0, id/1]).

start() ->
    run(1, 11).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) ->
    [iolist_to_binary(id(L)) || L <- [[], <<>>, [1, 2], [[1], [[2]], <<3>>], [<<1>> | <<2>>], [[[]]], ["ab", $c, <<"d">>]]];
t(2) -> [iolist_size(id(L)) || L <- [[], [1, [2, <<3, 4>>]], [<<1>> | <<2, 3>>]]];
t(3) -> iolist_to_binary(id([1 | 2]));
t(4) -> iolist_to_binary(id([256]));
t(5) -> iolist_to_binary(id([<<1:3>>]));
t(6) -> list_to_bitstring(id([<<1:3>>, <<5:5>>, 7, <<1:1>>]));
t(7) -> list_to_binary(id(<<1>>));
t(8) -> iolist_to_binary(id(a));
t(9) -> bitstring_to_list(id(<<1, 2, 5:3>>));
t(10) -> binary_to_list(id(<<1, 2, 3, 4>>), 2, 3);
t(11) -> binary_to_list(id(<<1, 2>>), 0, 1).
