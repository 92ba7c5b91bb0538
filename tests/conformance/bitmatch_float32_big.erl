%% Matching 32-bit big-endian floats; infinities and NaN do not match.
-module(bitmatch_float32_big).
-export([start/0, id/1]).

start() ->
    run(1, 20).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> one(<<(id(0)):32>>);
t(2) -> one(<<(id(16#3F800000)):32>>);
t(3) -> one(<<(id(16#80000001)):32>>);
t(4) -> one(<<(id(16#7F7FFFFF)):32>>);
t(5) -> one(<<(id(16#7F800000)):32>>);
t(6) -> one(<<(id(16#FF800000)):32>>);
t(7) -> one(<<(id(16#7FC00000)):32>>);
t(8) -> one(<<(id(16#0000803F)):32>>);
t(9) -> odd(<<5:3, (id(0)):32, 1:1>>);
t(10) -> odd(<<5:3, (id(16#3F800000)):32, 1:1>>);
t(11) -> odd(<<5:3, (id(16#80000001)):32, 1:1>>);
t(12) -> odd(<<5:3, (id(16#7F7FFFFF)):32, 1:1>>);
t(13) -> odd(<<5:3, (id(16#7F800000)):32, 1:1>>);
t(14) -> odd(<<5:3, (id(16#FF800000)):32, 1:1>>);
t(15) -> odd(<<5:3, (id(16#7FC00000)):32, 1:1>>);
t(16) -> odd(<<5:3, (id(16#0000803F)):32, 1:1>>);
t(17) -> one(<<>>);
t(18) -> one(<<1, 2>>);
t(19) -> dynamic(<<(id(16#3F800000)):32>>, id(32));
t(20) -> dynamic(<<(id(16#3F800000)):32>>, id(17)).

one(<<F:32/float-big>>) -> F;
one(Other) -> {no, Other}.

odd(<<_:3, F:32/float-big, _/bits>>) -> F;
odd(Other) -> {no, Other}.

dynamic(Bin, Size) ->
    case Bin of
        <<F:Size/float-big>> -> F;
        _ -> no
    end.
