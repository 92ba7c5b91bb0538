%% Matching 16-bit little-endian floats; infinities and NaN do not match.
-module(bitmatch_float16_little).
-export([start/0, id/1]).

start() ->
    run(1, 22).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> one(<<(id(0)):16>>);
t(2) -> one(<<(id(16#3C00)):16>>);
t(3) -> one(<<(id(16#8001)):16>>);
t(4) -> one(<<(id(16#7BFF)):16>>);
t(5) -> one(<<(id(16#7C00)):16>>);
t(6) -> one(<<(id(16#FC00)):16>>);
t(7) -> one(<<(id(16#7E00)):16>>);
t(8) -> one(<<(id(16#0400)):16>>);
t(9) -> one(<<(id(16#003C)):16>>);
t(10) -> odd(<<5:3, (id(0)):16, 1:1>>);
t(11) -> odd(<<5:3, (id(16#3C00)):16, 1:1>>);
t(12) -> odd(<<5:3, (id(16#8001)):16, 1:1>>);
t(13) -> odd(<<5:3, (id(16#7BFF)):16, 1:1>>);
t(14) -> odd(<<5:3, (id(16#7C00)):16, 1:1>>);
t(15) -> odd(<<5:3, (id(16#FC00)):16, 1:1>>);
t(16) -> odd(<<5:3, (id(16#7E00)):16, 1:1>>);
t(17) -> odd(<<5:3, (id(16#0400)):16, 1:1>>);
t(18) -> odd(<<5:3, (id(16#003C)):16, 1:1>>);
t(19) -> one(<<>>);
t(20) -> one(<<1>>);
t(21) -> dynamic(<<(id(16#3C00)):16>>, id(16));
t(22) -> dynamic(<<(id(16#3C00)):16>>, id(17)).

one(<<F:16/float-little>>) -> F;
one(Other) -> {no, Other}.

odd(<<_:3, F:16/float-little, _/bits>>) -> F;
odd(Other) -> {no, Other}.

dynamic(Bin, Size) ->
    case Bin of
        <<F:Size/float-little>> -> F;
        _ -> no
    end.
