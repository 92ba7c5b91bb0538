%% Matching unsigned big-endian integers of literal sizes 17 to 32, aligned and not.
-module(bitmatch_unsigned_big_17_to_32).
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

t(1) -> <<A:17/integer, B:17/integer, _/bits>> = id(data()), {A, B};
t(2) -> <<A:18/integer, B:18/integer, _/bits>> = id(data()), {A, B};
t(3) -> <<A:19/integer, B:19/integer, _/bits>> = id(data()), {A, B};
t(4) -> <<A:20/integer, B:20/integer, _/bits>> = id(data()), {A, B};
t(5) -> <<A:21/integer, B:21/integer, _/bits>> = id(data()), {A, B};
t(6) -> <<A:22/integer, B:22/integer, _/bits>> = id(data()), {A, B};
t(7) -> <<A:23/integer, B:23/integer, _/bits>> = id(data()), {A, B};
t(8) -> <<A:24/integer, B:24/integer, _/bits>> = id(data()), {A, B};
t(9) -> <<A:25/integer, B:25/integer, _/bits>> = id(data()), {A, B};
t(10) -> <<A:26/integer, B:26/integer, _/bits>> = id(data()), {A, B};
t(11) -> <<A:27/integer, B:27/integer, _/bits>> = id(data()), {A, B};
t(12) -> <<A:28/integer, B:28/integer, _/bits>> = id(data()), {A, B};
t(13) -> <<A:29/integer, B:29/integer, _/bits>> = id(data()), {A, B};
t(14) -> <<A:30/integer, B:30/integer, _/bits>> = id(data()), {A, B};
t(15) -> <<A:31/integer, B:31/integer, _/bits>> = id(data()), {A, B};
t(16) -> <<A:32/integer, B:32/integer, _/bits>> = id(data()), {A, B};
t(17) -> <<_:3, A:17/integer, _/bits>> = id(data()), A;
t(18) -> <<_:3, A:21/integer, _/bits>> = id(data()), A;
t(19) -> <<_:3, A:25/integer, _/bits>> = id(data()), A;
t(20) -> <<_:3, A:29/integer, _/bits>> = id(data()), A.

data() ->
    <<16#F0E1D2C3B4A5968778695A4B3C2D1E0F0123456789ABCDEF:192>>.
