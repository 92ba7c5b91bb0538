%% Matching 64-bit little-endian floats; infinities and NaN do not match.
-module(bitmatch_float64_little).
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

t(1) -> one(<<(id(0)):64>>);
t(2) -> one(<<(id(16#3FF0000000000000)):64>>);
t(3) -> one(<<(id(16#8000000000000001)):64>>);
t(4) -> one(<<(id(16#7FEFFFFFFFFFFFFF)):64>>);
t(5) -> one(<<(id(16#7FF0000000000000)):64>>);
t(6) -> one(<<(id(16#FFF8000000000000)):64>>);
t(7) -> one(<<(id(16#000000000000F03F)):64>>);
t(8) -> odd(<<5:3, (id(0)):64, 1:1>>);
t(9) -> odd(<<5:3, (id(16#3FF0000000000000)):64, 1:1>>);
t(10) -> odd(<<5:3, (id(16#8000000000000001)):64, 1:1>>);
t(11) -> odd(<<5:3, (id(16#7FEFFFFFFFFFFFFF)):64, 1:1>>);
t(12) -> odd(<<5:3, (id(16#7FF0000000000000)):64, 1:1>>);
t(13) -> odd(<<5:3, (id(16#FFF8000000000000)):64, 1:1>>);
t(14) -> odd(<<5:3, (id(16#000000000000F03F)):64, 1:1>>);
t(15) -> one(<<>>);
t(16) -> one(<<1, 2>>);
t(17) -> dynamic(<<(id(16#3FF0000000000000)):64>>, id(64));
t(18) -> dynamic(<<(id(16#3FF0000000000000)):64>>, id(17)).

one(<<F:64/float-little>>) -> F;
one(Other) -> {no, Other}.

odd(<<_:3, F:64/float-little, _/bits>>) -> F;
odd(Other) -> {no, Other}.

dynamic(Bin, Size) ->
    case Bin of
        <<F:Size/float-little>> -> F;
        _ -> no
    end.
