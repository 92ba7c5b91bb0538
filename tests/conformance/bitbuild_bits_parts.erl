%% Segments of type bits put into a binary, whole and in part.
-module(bitbuild_bits_parts).
-export([start/0, id/1]).

start() ->
    run(1, 12).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> <<1:0, (id(<<7, 8>>))/bits, 2:0>>;
t(2) -> <<1:1, (id(<<7, 8>>))/bits, 2:1>>;
t(3) -> <<1:4, (id(<<7, 8>>))/bits, 2:4>>;
t(4) -> <<1:8, (id(<<7, 8>>))/bits, 2:8>>;
t(5) -> <<(id(<<1, 2, 3>>)):(id(0))/bits>>;
t(6) -> <<(id(<<1, 2, 3>>)):(id(1))/bits>>;
t(7) -> <<(id(<<1, 2, 3>>)):(id(3))/bits>>;
t(8) -> <<(id(<<1, 2, 3>>)):(id(4))/bits>>;
t(9) -> <<(id(<<1, 2, 3>>)):(id(25))/bits>>;
t(10) -> <<(id(<<1, 2, 3>>)):(id(-1))/bits>>;
t(11) -> <<(id(<<5:3>>))/bits, 1:1>>;
t(12) -> <<(id(a))/bits>>.
