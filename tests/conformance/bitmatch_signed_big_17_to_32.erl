%% Matching signed big-endian integers of literal sizes 17 to 32, aligned and not.
-module(bitmatch_signed_big_17_to_32).
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

t(1) -> <<A:17/signed, B:17/signed, _/bits>> = id(data()), {A, B};
t(2) -> <<A:18/signed, B:18/signed, _/bits>> = id(data()), {A, B};
t(3) -> <<A:19/signed, B:19/signed, _/bits>> = id(data()), {A, B};
t(4) -> <<A:20/signed, B:20/signed, _/bits>> = id(data()), {A, B};
t(5) -> <<A:21/signed, B:21/signed, _/bits>> = id(data()), {A, B};
t(6) -> <<A:22/signed, B:22/signed, _/bits>> = id(data()), {A, B};
t(7) -> <<A:23/signed, B:23/signed, _/bits>> = id(data()), {A, B};
t(8) -> <<A:24/signed, B:24/signed, _/bits>> = id(data()), {A, B};
t(9) -> <<A:25/signed, B:25/signed, _/bits>> = id(data()), {A, B};
t(10) -> <<A:26/signed, B:26/signed, _/bits>> = id(data()), {A, B};
t(11) -> <<A:27/signed, B:27/signed, _/bits>> = id(data()), {A, B};
t(12) -> <<A:28/signed, B:28/signed, _/bits>> = id(data()), {A, B};
t(13) -> <<A:29/signed, B:29/signed, _/bits>> = id(data()), {A, B};
t(14) -> <<A:30/signed, B:30/signed, _/bits>> = id(data()), {A, B};
t(15) -> <<A:31/signed, B:31/signed, _/bits>> = id(data()), {A, B};
t(16) -> <<A:32/signed, B:32/signed, _/bits>> = id(data()), {A, B};
t(17) -> <<_:3, A:17/signed, _/bits>> = id(data()), A;
t(18) -> <<_:3, A:21/signed, _/bits>> = id(data()), A;
t(19) -> <<_:3, A:25/signed, _/bits>> = id(data()), A;
t(20) -> <<_:3, A:29/signed, _/bits>> = id(data()), A.

data() ->
    <<16#F0E1D2C3B4A5968778695A4B3C2D1E0F0123456789ABCDEF:192>>.
