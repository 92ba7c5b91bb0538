%% Building floats with the instructions of OTP 24: bs_put_float.
-module(old_build_float).
-compile([no_bs_create_bin, no_type_opt]).
-export([start/0, id/1]).

start() ->
    run(1, 24).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [<<(id(V)):16/float>> || V <- floats()];
t(2) -> [<<(id(V)):16/float-little>> || V <- floats()];
t(3) -> [<<5:3, (id(V)):16/float, 1:1>> || V <- floats()];
t(4) -> [<<5:3, (id(V)):16/float-little, 1:5>> || V <- floats()];
t(5) -> [<<(id(V)):(id(16))/float>> || V <- floats()];
t(6) -> [<<(id(V)):32/float>> || V <- floats()];
t(7) -> [<<(id(V)):32/float-little>> || V <- floats()];
t(8) -> [<<5:3, (id(V)):32/float, 1:1>> || V <- floats()];
t(9) -> [<<5:3, (id(V)):32/float-little, 1:5>> || V <- floats()];
t(10) -> [<<(id(V)):(id(32))/float>> || V <- floats()];
t(11) -> [<<(id(V)):64/float>> || V <- floats()];
t(12) -> [<<(id(V)):64/float-little>> || V <- floats()];
t(13) -> [<<5:3, (id(V)):64/float, 1:1>> || V <- floats()];
t(14) -> [<<5:3, (id(V)):64/float-little, 1:5>> || V <- floats()];
t(15) -> [<<(id(V)):(id(64))/float>> || V <- floats()];
t(16) -> <<(id(1.5)):(id(4))/float-unit:16>>;
t(17) -> <<(id(1.0e300)):32/float>>;
t(18) -> <<(id(-1.0e300)):16/float>>;
t(19) -> <<1, (id(1.0)):(id(33))/float>>;
t(20) -> <<(id(1.0)):(id(0))/float>>;
t(21) -> <<(id(a))/float>>;
t(22) -> <<(id(1 bsl 1030))/float>>;
t(23) -> <<(id(1 bsl 1030)):32/float>>;
t(24) -> <<(id(<<>>)):16/float>>.

floats() ->
    [0.0, -0.0, 1.0, -1.5, 3.141592653589793, 1.0e10, -2.5e-5, 65504.0, 1.0e-7, 1, -7, 1 bsl 70].
