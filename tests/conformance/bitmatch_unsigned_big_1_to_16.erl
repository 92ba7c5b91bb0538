%% Matching unsigned big-endian integers of literal sizes 0 to 16, aligned and not.
-module(bitmatch_unsigned_big_1_to_16).
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

t(1) -> <<A:0/integer, B:0/integer, _/bits>> = id(data()), {A, B};
t(2) -> <<A:1/integer, B:1/integer, _/bits>> = id(data()), {A, B};
t(3) -> <<A:2/integer, B:2/integer, _/bits>> = id(data()), {A, B};
t(4) -> <<A:3/integer, B:3/integer, _/bits>> = id(data()), {A, B};
t(5) -> <<A:4/integer, B:4/integer, _/bits>> = id(data()), {A, B};
t(6) -> <<A:5/integer, B:5/integer, _/bits>> = id(data()), {A, B};
t(7) -> <<A:6/integer, B:6/integer, _/bits>> = id(data()), {A, B};
t(8) -> <<A:7/integer, B:7/integer, _/bits>> = id(data()), {A, B};
t(9) -> <<A:8/integer, B:8/integer, _/bits>> = id(data()), {A, B};
t(10) -> <<A:9/integer, B:9/integer, _/bits>> = id(data()), {A, B};
t(11) -> <<A:10/integer, B:10/integer, _/bits>> = id(data()), {A, B};
t(12) -> <<A:11/integer, B:11/integer, _/bits>> = id(data()), {A, B};
t(13) -> <<A:12/integer, B:12/integer, _/bits>> = id(data()), {A, B};
t(14) -> <<A:13/integer, B:13/integer, _/bits>> = id(data()), {A, B};
t(15) -> <<A:14/integer, B:14/integer, _/bits>> = id(data()), {A, B};
t(16) -> <<A:15/integer, B:15/integer, _/bits>> = id(data()), {A, B};
t(17) -> <<A:16/integer, B:16/integer, _/bits>> = id(data()), {A, B};
t(18) -> <<_:3, A:0/integer, _/bits>> = id(data()), A;
t(19) -> <<_:3, A:4/integer, _/bits>> = id(data()), A;
t(20) -> <<_:3, A:8/integer, _/bits>> = id(data()), A;
t(21) -> <<_:3, A:12/integer, _/bits>> = id(data()), A;
t(22) -> <<_:3, A:16/integer, _/bits>> = id(data()), A.

data() ->
    <<16#F0E1D2C3B4A5968778695A4B3C2D1E0F0123456789ABCDEF:192>>.
