%% Matching unsigned little-endian integers of literal sizes 17 to 32, aligned and not.
-module(bitmatch_unsigned_little_17_to_32).
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

t(1) -> <<A:17/little, B:17/little, _/bits>> = id(data()), {A, B};
t(2) -> <<A:18/little, B:18/little, _/bits>> = id(data()), {A, B};
t(3) -> <<A:19/little, B:19/little, _/bits>> = id(data()), {A, B};
t(4) -> <<A:20/little, B:20/little, _/bits>> = id(data()), {A, B};
t(5) -> <<A:21/little, B:21/little, _/bits>> = id(data()), {A, B};
t(6) -> <<A:22/little, B:22/little, _/bits>> = id(data()), {A, B};
t(7) -> <<A:23/little, B:23/little, _/bits>> = id(data()), {A, B};
t(8) -> <<A:24/little, B:24/little, _/bits>> = id(data()), {A, B};
t(9) -> <<A:25/little, B:25/little, _/bits>> = id(data()), {A, B};
t(10) -> <<A:26/little, B:26/little, _/bits>> = id(data()), {A, B};
t(11) -> <<A:27/little, B:27/little, _/bits>> = id(data()), {A, B};
t(12) -> <<A:28/little, B:28/little, _/bits>> = id(data()), {A, B};
t(13) -> <<A:29/little, B:29/little, _/bits>> = id(data()), {A, B};
t(14) -> <<A:30/little, B:30/little, _/bits>> = id(data()), {A, B};
t(15) -> <<A:31/little, B:31/little, _/bits>> = id(data()), {A, B};
t(16) -> <<A:32/little, B:32/little, _/bits>> = id(data()), {A, B};
t(17) -> <<_:3, A:17/little, _/bits>> = id(data()), A;
t(18) -> <<_:3, A:21/little, _/bits>> = id(data()), A;
t(19) -> <<_:3, A:25/little, _/bits>> = id(data()), A;
t(20) -> <<_:3, A:29/little, _/bits>> = id(data()), A.

data() ->
    <<16#F0E1D2C3B4A5968778695A4B3C2D1E0F0123456789ABCDEF:192>>.
