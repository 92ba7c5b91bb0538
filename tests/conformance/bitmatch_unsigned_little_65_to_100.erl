%% Matching unsigned little-endian integers of literal sizes 65 to 100, aligned and not.
-module(bitmatch_unsigned_little_65_to_100).
-export([start/0, id/1]).

start() ->
    run(1, 17).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> <<A:65/little, B:65/little, _/bits>> = id(data()), {A, B};
t(2) -> <<A:66/little, B:66/little, _/bits>> = id(data()), {A, B};
t(3) -> <<A:71/little, B:71/little, _/bits>> = id(data()), {A, B};
t(4) -> <<A:72/little, B:72/little, _/bits>> = id(data()), {A, B};
t(5) -> <<A:73/little, B:73/little, _/bits>> = id(data()), {A, B};
t(6) -> <<A:80/little, B:80/little, _/bits>> = id(data()), {A, B};
t(7) -> <<A:88/little, B:88/little, _/bits>> = id(data()), {A, B};
t(8) -> <<A:90/little, B:90/little, _/bits>> = id(data()), {A, B};
t(9) -> <<A:95/little, B:95/little, _/bits>> = id(data()), {A, B};
t(10) -> <<A:96/little, B:96/little, _/bits>> = id(data()), {A, B};
t(11) -> <<A:97/little, _/bits>> = id(data()), A;
t(12) -> <<A:99/little, _/bits>> = id(data()), A;
t(13) -> <<A:100/little, _/bits>> = id(data()), A;
t(14) -> <<_:3, A:65/little, _/bits>> = id(data()), A;
t(15) -> <<_:3, A:73/little, _/bits>> = id(data()), A;
t(16) -> <<_:3, A:95/little, _/bits>> = id(data()), A;
t(17) -> <<_:3, A:100/little, _/bits>> = id(data()), A.

data() ->
    <<16#F0E1D2C3B4A5968778695A4B3C2D1E0F0123456789ABCDEF:192>>.
