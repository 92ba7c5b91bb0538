%% Matching signed big-endian integers of literal sizes 0 to 16, aligned and not.
-module(bitmatch_signed_big_1_to_16).
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

t(1) -> <<A:0/signed, B:0/signed, _/bits>> = id(data()), {A, B};
t(2) -> <<A:1/signed, B:1/signed, _/bits>> = id(data()), {A, B};
t(3) -> <<A:2/signed, B:2/signed, _/bits>> = id(data()), {A, B};
t(4) -> <<A:3/signed, B:3/signed, _/bits>> = id(data()), {A, B};
t(5) -> <<A:4/signed, B:4/signed, _/bits>> = id(data()), {A, B};
t(6) -> <<A:5/signed, B:5/signed, _/bits>> = id(data()), {A, B};
t(7) -> <<A:6/signed, B:6/signed, _/bits>> = id(data()), {A, B};
t(8) -> <<A:7/signed, B:7/signed, _/bits>> = id(data()), {A, B};
t(9) -> <<A:8/signed, B:8/signed, _/bits>> = id(data()), {A, B};
t(10) -> <<A:9/signed, B:9/signed, _/bits>> = id(data()), {A, B};
t(11) -> <<A:10/signed, B:10/signed, _/bits>> = id(data()), {A, B};
t(12) -> <<A:11/signed, B:11/signed, _/bits>> = id(data()), {A, B};
t(13) -> <<A:12/signed, B:12/signed, _/bits>> = id(data()), {A, B};
t(14) -> <<A:13/signed, B:13/signed, _/bits>> = id(data()), {A, B};
t(15) -> <<A:14/signed, B:14/signed, _/bits>> = id(data()), {A, B};
t(16) -> <<A:15/signed, B:15/signed, _/bits>> = id(data()), {A, B};
t(17) -> <<A:16/signed, B:16/signed, _/bits>> = id(data()), {A, B};
t(18) -> <<_:3, A:0/signed, _/bits>> = id(data()), A;
t(19) -> <<_:3, A:4/signed, _/bits>> = id(data()), A;
t(20) -> <<_:3, A:8/signed, _/bits>> = id(data()), A;
t(21) -> <<_:3, A:12/signed, _/bits>> = id(data()), A;
t(22) -> <<_:3, A:16/signed, _/bits>> = id(data()), A.

data() ->
    <<16#F0E1D2C3B4A5968778695A4B3C2D1E0F0123456789ABCDEF:192>>.
