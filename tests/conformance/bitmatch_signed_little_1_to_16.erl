%% Matching signed little-endian integers of literal sizes 0 to 16, aligned and not.
-module(bitmatch_signed_little_1_to_16).
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

t(1) -> <<A:0/signed-little, B:0/signed-little, _/bits>> = id(data()), {A, B};
t(2) -> <<A:1/signed-little, B:1/signed-little, _/bits>> = id(data()), {A, B};
t(3) -> <<A:2/signed-little, B:2/signed-little, _/bits>> = id(data()), {A, B};
t(4) -> <<A:3/signed-little, B:3/signed-little, _/bits>> = id(data()), {A, B};
t(5) -> <<A:4/signed-little, B:4/signed-little, _/bits>> = id(data()), {A, B};
t(6) -> <<A:5/signed-little, B:5/signed-little, _/bits>> = id(data()), {A, B};
t(7) -> <<A:6/signed-little, B:6/signed-little, _/bits>> = id(data()), {A, B};
t(8) -> <<A:7/signed-little, B:7/signed-little, _/bits>> = id(data()), {A, B};
t(9) -> <<A:8/signed-little, B:8/signed-little, _/bits>> = id(data()), {A, B};
t(10) -> <<A:9/signed-little, B:9/signed-little, _/bits>> = id(data()), {A, B};
t(11) -> <<A:10/signed-little, B:10/signed-little, _/bits>> = id(data()), {A, B};
t(12) -> <<A:11/signed-little, B:11/signed-little, _/bits>> = id(data()), {A, B};
t(13) -> <<A:12/signed-little, B:12/signed-little, _/bits>> = id(data()), {A, B};
t(14) -> <<A:13/signed-little, B:13/signed-little, _/bits>> = id(data()), {A, B};
t(15) -> <<A:14/signed-little, B:14/signed-little, _/bits>> = id(data()), {A, B};
t(16) -> <<A:15/signed-little, B:15/signed-little, _/bits>> = id(data()), {A, B};
t(17) -> <<A:16/signed-little, B:16/signed-little, _/bits>> = id(data()), {A, B};
t(18) -> <<_:3, A:0/signed-little, _/bits>> = id(data()), A;
t(19) -> <<_:3, A:4/signed-little, _/bits>> = id(data()), A;
t(20) -> <<_:3, A:8/signed-little, _/bits>> = id(data()), A;
t(21) -> <<_:3, A:12/signed-little, _/bits>> = id(data()), A;
t(22) -> <<_:3, A:16/signed-little, _/bits>> = id(data()), A.

data() ->
    <<16#F0E1D2C3B4A5968778695A4B3C2D1E0F0123456789ABCDEF:192>>.
