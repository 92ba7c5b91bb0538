%% Matching signed big-endian integers of literal sizes 33 to 64, aligned and not.
-module(bitmatch_signed_big_33_to_64).
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

t(1) -> <<A:33/signed, B:33/signed, _/bits>> = id(data()), {A, B};
t(2) -> <<A:34/signed, B:34/signed, _/bits>> = id(data()), {A, B};
t(3) -> <<A:39/signed, B:39/signed, _/bits>> = id(data()), {A, B};
t(4) -> <<A:40/signed, B:40/signed, _/bits>> = id(data()), {A, B};
t(5) -> <<A:41/signed, B:41/signed, _/bits>> = id(data()), {A, B};
t(6) -> <<A:47/signed, B:47/signed, _/bits>> = id(data()), {A, B};
t(7) -> <<A:48/signed, B:48/signed, _/bits>> = id(data()), {A, B};
t(8) -> <<A:49/signed, B:49/signed, _/bits>> = id(data()), {A, B};
t(9) -> <<A:55/signed, B:55/signed, _/bits>> = id(data()), {A, B};
t(10) -> <<A:56/signed, B:56/signed, _/bits>> = id(data()), {A, B};
t(11) -> <<A:57/signed, B:57/signed, _/bits>> = id(data()), {A, B};
t(12) -> <<A:58/signed, B:58/signed, _/bits>> = id(data()), {A, B};
t(13) -> <<A:59/signed, B:59/signed, _/bits>> = id(data()), {A, B};
t(14) -> <<A:60/signed, B:60/signed, _/bits>> = id(data()), {A, B};
t(15) -> <<A:61/signed, B:61/signed, _/bits>> = id(data()), {A, B};
t(16) -> <<A:62/signed, B:62/signed, _/bits>> = id(data()), {A, B};
t(17) -> <<A:63/signed, B:63/signed, _/bits>> = id(data()), {A, B};
t(18) -> <<A:64/signed, B:64/signed, _/bits>> = id(data()), {A, B};
t(19) -> <<_:3, A:33/signed, _/bits>> = id(data()), A;
t(20) -> <<_:3, A:41/signed, _/bits>> = id(data()), A;
t(21) -> <<_:3, A:55/signed, _/bits>> = id(data()), A;
t(22) -> <<_:3, A:59/signed, _/bits>> = id(data()), A;
t(23) -> <<_:3, A:63/signed, _/bits>> = id(data()), A.

data() ->
    <<16#F0E1D2C3B4A5968778695A4B3C2D1E0F0123456789ABCDEF:192>>.
