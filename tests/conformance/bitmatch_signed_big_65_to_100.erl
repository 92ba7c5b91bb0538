%% Matching signed big-endian integers of literal sizes 65 to 100, aligned and not.
-module(bitmatch_signed_big_65_to_100).
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

t(1) -> <<A:65/signed, B:65/signed, _/bits>> = id(data()), {A, B};
t(2) -> <<A:66/signed, B:66/signed, _/bits>> = id(data()), {A, B};
t(3) -> <<A:71/signed, B:71/signed, _/bits>> = id(data()), {A, B};
t(4) -> <<A:72/signed, B:72/signed, _/bits>> = id(data()), {A, B};
t(5) -> <<A:73/signed, B:73/signed, _/bits>> = id(data()), {A, B};
t(6) -> <<A:80/signed, B:80/signed, _/bits>> = id(data()), {A, B};
t(7) -> <<A:88/signed, B:88/signed, _/bits>> = id(data()), {A, B};
t(8) -> <<A:90/signed, B:90/signed, _/bits>> = id(data()), {A, B};
t(9) -> <<A:95/signed, B:95/signed, _/bits>> = id(data()), {A, B};
t(10) -> <<A:96/signed, B:96/signed, _/bits>> = id(data()), {A, B};
t(11) -> <<A:97/signed, _/bits>> = id(data()), A;
t(12) -> <<A:99/signed, _/bits>> = id(data()), A;
t(13) -> <<A:100/signed, _/bits>> = id(data()), A;
t(14) -> <<_:3, A:65/signed, _/bits>> = id(data()), A;
t(15) -> <<_:3, A:73/signed, _/bits>> = id(data()), A;
t(16) -> <<_:3, A:95/signed, _/bits>> = id(data()), A;
t(17) -> <<_:3, A:100/signed, _/bits>> = id(data()), A.

data() ->
    <<16#F0E1D2C3B4A5968778695A4B3C2D1E0F0123456789ABCDEF:192>>.
