%% Matching signed little-endian integers of literal sizes 33 to 64, aligned and not.
-module(bitmatch_signed_little_33_to_64).
-export([start/0, id/1]).

start() ->
    run(1, 23).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> <<A:33/signed-little, B:33/signed-little, _/bits>> = id(data()), {A, B};
t(2) -> <<A:34/signed-little, B:34/signed-little, _/bits>> = id(data()), {A, B};
t(3) -> <<A:39/signed-little, B:39/signed-little, _/bits>> = id(data()), {A, B};
t(4) -> <<A:40/signed-little, B:40/signed-little, _/bits>> = id(data()), {A, B};
t(5) -> <<A:41/signed-little, B:41/signed-little, _/bits>> = id(data()), {A, B};
t(6) -> <<A:47/signed-little, B:47/signed-little, _/bits>> = id(data()), {A, B};
t(7) -> <<A:48/signed-little, B:48/signed-little, _/bits>> = id(data()), {A, B};
t(8) -> <<A:49/signed-little, B:49/signed-little, _/bits>> = id(data()), {A, B};
t(9) -> <<A:55/signed-little, B:55/signed-little, _/bits>> = id(data()), {A, B};
t(10) -> <<A:56/signed-little, B:56/signed-little, _/bits>> = id(data()), {A, B};
t(11) -> <<A:57/signed-little, B:57/signed-little, _/bits>> = id(data()), {A, B};
t(12) -> <<A:58/signed-little, B:58/signed-little, _/bits>> = id(data()), {A, B};
t(13) -> <<A:59/signed-little, B:59/signed-little, _/bits>> = id(data()), {A, B};
t(14) -> <<A:60/signed-little, B:60/signed-little, _/bits>> = id(data()), {A, B};
t(15) -> <<A:61/signed-little, B:61/signed-little, _/bits>> = id(data()), {A, B};
t(16) -> <<A:62/signed-little, B:62/signed-little, _/bits>> = id(data()), {A, B};
t(17) -> <<A:63/signed-little, B:63/signed-little, _/bits>> = id(data()), {A, B};
t(18) -> <<A:64/signed-little, B:64/signed-little, _/bits>> = id(data()), {A, B};
t(19) -> <<_:3, A:33/signed-little, _/bits>> = id(data()), A;
t(20) -> <<_:3, A:41/signed-little, _/bits>> = id(data()), A;
t(21) -> <<_:3, A:55/signed-little, _/bits>> = id(data()), A;
t(22) -> <<_:3, A:59/signed-little, _/bits>> = id(data()), A;
t(23) -> <<_:3, A:63/signed-little, _/bits>> = id(data()), A.

data() ->
    <<16#F0E1D2C3B4A5968778695A4B3C2D1E0F0123456789ABCDEF:192>>.
