%% Matching signed little-endian integers of sizes 0 to 100 known at run time only, at several offsets.
-module(bitmatch_signed_little_dynamic).
-export([start/0, id/1]).

start() ->
    run(1, 10).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [field(S, 0) || S <- seq(0, 100)];
t(2) -> [field(S, 1) || S <- seq(0, 100)];
t(3) -> [field(S, 3) || S <- seq(0, 100)];
t(4) -> [field(S, 8) || S <- seq(0, 100)];
t(5) -> [field(S, 13) || S <- seq(0, 100)];
t(6) -> [field(S, 64) || S <- seq(0, 100)];
t(7) -> field(id(-1), 0);
t(8) -> field(id(a), 0);
t(9) -> field(id(200), 0);
t(10) -> field(id(1 bsl 70), 0).

data() ->
    <<16#F0E1D2C3B4A5968778695A4B3C2D1E0F0123456789ABCDEF:192>>.

seq(N, Max) when N > Max -> [];
seq(N, Max) -> [N | seq(N + 1, Max)].

field(Size, Offset) ->
    case data() of
        <<_:Offset, V:Size/signed-little, _/bits>> -> V;
        _ -> nomatch
    end.
