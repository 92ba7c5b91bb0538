%% Segments of type binary put into a binary, whole and in part.
-module(bitbuild_binary_parts).
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

t(1) -> <<1:0, (id(<<7, 8>>))/binary, 2:0>>;
t(2) -> <<1:1, (id(<<7, 8>>))/binary, 2:1>>;
t(3) -> <<1:4, (id(<<7, 8>>))/binary, 2:4>>;
t(4) -> <<1:8, (id(<<7, 8>>))/binary, 2:8>>;
t(5) -> <<(id(<<1, 2, 3>>)):(id(0))/binary>>;
t(6) -> <<(id(<<1, 2, 3>>)):(id(1))/binary>>;
t(7) -> <<(id(<<1, 2, 3>>)):(id(3))/binary>>;
t(8) -> <<(id(<<1, 2, 3>>)):(id(4))/binary>>;
t(9) -> <<(id(<<1, 2, 3>>)):(id(25))/binary>>;
t(10) -> <<(id(<<1, 2, 3>>)):(id(-1))/binary>>;
t(11) -> <<(id(<<5:3>>))/binary, 1:1>>;
t(12) -> <<(id(a))/binary>>.
