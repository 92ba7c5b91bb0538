%% Matching unsigned big-endian integers of literal sizes 33 to 64, aligned and not.
-module(bitmatch_unsigned_big_33_to_64).
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

t(1) -> <<A:33/integer, B:33/integer, _/bits>> = id(data()), {A, B};
t(2) -> <<A:34/integer, B:34/integer, _/bits>> = id(data()), {A, B};
t(3) -> <<A:39/integer, B:39/integer, _/bits>> = id(data()), {A, B};
t(4) -> <<A:40/integer, B:40/integer, _/bits>> = id(data()), {A, B};
t(5) -> <<A:41/integer, B:41/integer, _/bits>> = id(data()), {A, B};
t(6) -> <<A:47/integer, B:47/integer, _/bits>> = id(data()), {A, B};
t(7) -> <<A:48/integer, B:48/integer, _/bits>> = id(data()), {A, B};
t(8) -> <<A:49/integer, B:49/integer, _/bits>> = id(data()), {A, B};
t(9) -> <<A:55/integer, B:55/integer, _/bits>> = id(data()), {A, B};
t(10) -> <<A:56/integer, B:56/integer, _/bits>> = id(data()), {A, B};
t(11) -> <<A:57/integer, B:57/integer, _/bits>> = id(data()), {A, B};
t(12) -> <<A:58/integer, B:58/integer, _/bits>> = id(data()), {A, B};
t(13) -> <<A:59/integer, B:59/integer, _/bits>> = id(data()), {A, B};
t(14) -> <<A:60/integer, B:60/integer, _/bits>> = id(data()), {A, B};
t(15) -> <<A:61/integer, B:61/integer, _/bits>> = id(data()), {A, B};
t(16) -> <<A:62/integer, B:62/integer, _/bits>> = id(data()), {A, B};
t(17) -> <<A:63/integer, B:63/integer, _/bits>> = id(data()), {A, B};
t(18) -> <<A:64/integer, B:64/integer, _/bits>> = id(data()), {A, B};
t(19) -> <<_:3, A:33/integer, _/bits>> = id(data()), A;
t(20) -> <<_:3, A:41/integer, _/bits>> = id(data()), A;
t(21) -> <<_:3, A:55/integer, _/bits>> = id(data()), A;
t(22) -> <<_:3, A:59/integer, _/bits>> = id(data()), A;
t(23) -> <<_:3, A:63/integer, _/bits>> = id(data()), A.

data() ->
    <<16#F0E1D2C3B4A5968778695A4B3C2D1E0F0123456789ABCDEF:192>>.
