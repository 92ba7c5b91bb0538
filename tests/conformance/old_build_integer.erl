%% Building integers with the instructions of OTP 24: bs_init2, bs_init_bits, bs_put_integer, bs_put_string.
-module(old_build_integer).
-compile([no_bs_create_bin, no_type_opt]).
-export([start/0, id/1]).

start() ->
    run(1, 44).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [<<V:1>> || V <- values()];
t(2) -> [<<V:3>> || V <- values()];
t(3) -> [<<V:7>> || V <- values()];
t(4) -> [<<V:8>> || V <- values()];
t(5) -> [<<V:9>> || V <- values()];
t(6) -> [<<V:12>> || V <- values()];
t(7) -> [<<V:16>> || V <- values()];
t(8) -> [<<V:17>> || V <- values()];
t(9) -> [<<V:24>> || V <- values()];
t(10) -> [<<V:31>> || V <- values()];
t(11) -> [<<V:32>> || V <- values()];
t(12) -> [<<V:33>> || V <- values()];
t(13) -> [<<V:40>> || V <- values()];
t(14) -> [<<V:63>> || V <- values()];
t(15) -> [<<V:64>> || V <- values()];
t(16) -> [<<V:65>> || V <- values()];
t(17) -> [<<V:100>> || V <- values()];
t(18) -> [<<V:128>> || V <- values()];
t(19) -> [<<V:513>> || V <- values()];
t(20) -> [<<5:3, V:3/little, 1:5>> || V <- values()];
t(21) -> [<<5:3, V:8/little, 1:5>> || V <- values()];
t(22) -> [<<5:3, V:9/little, 1:5>> || V <- values()];
t(23) -> [<<5:3, V:16/little, 1:5>> || V <- values()];
t(24) -> [<<5:3, V:20/little, 1:5>> || V <- values()];
t(25) -> [<<5:3, V:32/little, 1:5>> || V <- values()];
t(26) -> [<<5:3, V:48/little, 1:5>> || V <- values()];
t(27) -> [<<5:3, V:64/little, 1:5>> || V <- values()];
t(28) -> [<<5:3, V:65/little, 1:5>> || V <- values()];
t(29) -> [<<5:3, V:72/little, 1:5>> || V <- values()];
t(30) -> [<<5:3, V:100/little, 1:5>> || V <- values()];
t(31) -> [<<5:3, V:513/little, 1:5>> || V <- values()];
t(32) -> [<<V:(id(S))>> || V <- values(), S <- [0, 1, 8, 13, 64, 70]];
t(33) -> [<<1:1, V:(id(S))/little-signed>> || V <- values(), S <- [0, 1, 8, 13, 64, 70]];
t(34) -> [<<V:(id(S))/unit:7>> || V <- values(), S <- [0, 1, 8, 13]];
t(35) -> [<<V:16/native>> || V <- values()];
t(36) -> [<<V:(id(4000))/little, 3:3>> =:= <<V:4000/little, 3:3>> || V <- values()];
t(37) -> [<<0:(id(520)), V:7, V:530, V:1>> || V <- values()];
t(38) -> <<(id(16#1234567890123456789012345678901234567890)):512>>;
t(39) -> <<1:4, (id(-16#1234567890123456789012345678901234567890)):504, 2:4>>;
t(40) -> <<1:4, (id(-16#1234567890123456789012345678901234567890)):505/little, 2:4>>;
t(41) -> {<<>>, <<(id(0)):0>>, <<1:(id(0))>>};
t(42) -> [X || X <- [1, 2, 3], <<X:8, 1:8>> =:= <<2, 1>>];
t(43) -> <<1, "some text in it", (id(2)), "and more text":16, 3:3>>;
t(44) -> <<(id(1)):3, "shifted text", (id(2)):5>>.

values() ->
    [0, 1, -1, 5, -5, 255, -128, 16#7FFFFFFF, 16#80000001, -16#123456789ABCDEF01, 16#FEDCBA98765432100123456789].
