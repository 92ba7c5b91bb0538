%% Matching unsigned little-endian integers of literal sizes 0 to 16, aligned and not.
-module(bitmatch_unsigned_little_1_to_16).
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

t(1) -> <<A:0/little, B:0/little, _/bits>> = id(data()), {A, B};
t(2) -> <<A:1/little, B:1/little, _/bits>> = id(data()), {A, B};
t(3) -> <<A:2/little, B:2/little, _/bits>> = id(data()), {A, B};
t(4) -> <<A:3/little, B:3/little, _/bits>> = id(data()), {A, B};
t(5) -> <<A:4/little, B:4/little, _/bits>> = id(data()), {A, B};
t(6) -> <<A:5/little, B:5/little, _/bits>> = id(data()), {A, B};
t(7) -> <<A:6/little, B:6/little, _/bits>> = id(data()), {A, B};
t(8) -> <<A:7/little, B:7/little, _/bits>> = id(data()), {A, B};
t(9) -> <<A:8/little, B:8/little, _/bits>> = id(data()), {A, B};
t(10) -> <<A:9/little, B:9/little, _/bits>> = id(data()), {A, B};
t(11) -> <<A:10/little, B:10/little, _/bits>> = id(data()), {A, B};
t(12) -> <<A:11/little, B:11/little, _/bits>> = id(data()), {A, B};
t(13) -> <<A:12/little, B:12/little, _/bits>> = id(data()), {A, B};
t(14) -> <<A:13/little, B:13/little, _/bits>> = id(data()), {A, B};
t(15) -> <<A:14/little, B:14/little, _/bits>> = id(data()), {A, B};
t(16) -> <<A:15/little, B:15/little, _/bits>> = id(data()), {A, B};
t(17) -> <<A:16/little, B:16/little, _/bits>> = id(data()), {A, B};
t(18) -> <<_:3, A:0/little, _/bits>> = id(data()), A;
t(19) -> <<_:3, A:4/little, _/bits>> = id(data()), A;
t(20) -> <<_:3, A:8/little, _/bits>> = id(data()), A;
t(21) -> <<_:3, A:12/little, _/bits>> = id(data()), A;
t(22) -> <<_:3, A:16/little, _/bits>> = id(data()), A.

data() ->
    <<16#F0E1D2C3B4A5968778695A4B3C2D1E0F0123456789ABCDEF:192>>.
