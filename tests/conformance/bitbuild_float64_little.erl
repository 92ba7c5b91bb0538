%% Building 64-bit little-endian floats, and what does not fit.
-module(bitbuild_float64_little).
-export([start/0, id/1]).

start() ->
    run(1, 18).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> <<(id(0.0)):64/float-little>>;
t(2) -> <<(id(-0.0)):64/float-little>>;
t(3) -> <<(id(1.0)):64/float-little>>;
t(4) -> <<(id(-1.5)):64/float-little>>;
t(5) -> <<(id(0.1)):64/float-little>>;
t(6) -> <<(id(3.14159)):64/float-little>>;
t(7) -> <<(id(65504.0)):64/float-little>>;
t(8) -> <<(id(1.0e-7)):64/float-little>>;
t(9) -> <<(id(5.0e-324)):64/float-little>>;
t(10) -> <<(id(2.5e38)):64/float-little>>;
t(11) -> <<(id(7)):64/float-little>>;
t(12) -> <<(id(-1 bsl 20)):64/float-little>>;
t(13) -> <<(id(1.0e300)):64/float-little>>;
t(14) -> <<(id(a)):64/float-little>>;
t(15) -> <<(id(1 bsl 1024)):64/float-little>>;
t(16) -> <<1:1, (id(1.5)):64/float-little, 0:2>>;
t(17) -> <<1:1, (id(-2)):64/float-little, 0:2>>;
t(18) -> Size = id(64), <<(id(1.25)):Size/float-little>>.
