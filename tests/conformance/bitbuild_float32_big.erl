%% Building 32-bit big-endian floats, and what does not fit.
-module(bitbuild_float32_big).
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

t(1) -> <<(id(0.0)):32/float-big>>;
t(2) -> <<(id(-0.0)):32/float-big>>;
t(3) -> <<(id(1.0)):32/float-big>>;
t(4) -> <<(id(-1.5)):32/float-big>>;
t(5) -> <<(id(0.1)):32/float-big>>;
t(6) -> <<(id(3.14159)):32/float-big>>;
t(7) -> <<(id(65504.0)):32/float-big>>;
t(8) -> <<(id(1.0e-7)):32/float-big>>;
t(9) -> <<(id(5.0e-324)):32/float-big>>;
t(10) -> <<(id(2.5e38)):32/float-big>>;
t(11) -> <<(id(7)):32/float-big>>;
t(12) -> <<(id(-1 bsl 20)):32/float-big>>;
t(13) -> <<(id(1.0e300)):32/float-big>>;
t(14) -> <<(id(a)):32/float-big>>;
t(15) -> <<(id(1 bsl 1024)):32/float-big>>;
t(16) -> <<1:1, (id(1.5)):32/float-big, 0:2>>;
t(17) -> <<1:1, (id(-2)):32/float-big, 0:2>>;
t(18) -> Size = id(32), <<(id(1.25)):Size/float-big>>.
