%% What cannot be built with bs_create_bin: the reasons, and which of two errors is told.
-module(bitbuild_errors).
-export([start/0, id/1]).

start() ->
    run(1, 42).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> <<(id(a)):8, 1:(id(-1))>>;
t(2) -> <<(id(a)):8, 1:(id(1 bsl 70))>>;
t(3) -> <<(id(a)):8, 1:(id(1 bsl 62))>>;
t(4) -> <<(id(a))/utf32, 1:(id(1 bsl 70))>>;
t(5) -> <<(id(a))/utf16, 1:(id(-1))>>;
t(6) -> <<(id(a))/binary, 1:(id(-1))>>;
t(7) -> <<(id(a))/binary, 1:(id(1 bsl 70))>>;
t(8) -> <<1:8, (id(a))/binary, 1:(id(1 bsl 70))>>;
t(9) -> <<1:8, (id(<<1:3>>))/binary, 1:(id(1 bsl 70))>>;
t(10) -> <<1:8, (id(<<1:3>>))/binary, (id(a)):8>>;
t(11) -> <<1:8, (id(a)):8, (id(<<1:3>>))/binary>>;
t(12) -> <<(id(a)):8, (id(a))/binary>>;
t(13) -> <<(id(a)):8, (id(<<1, 2, 3>>)):5/binary, 1:(id(1 bsl 70))>>;
t(14) -> <<1:(id(1 bsl 70)), 1:(id(-1))>>;
t(15) -> <<1:(id(-1)), 1:(id(1 bsl 70))>>;
t(16) -> <<(id(<<1:3>>))/binary, 1:(id(1 bsl 70))>>;
t(17) -> <<(id(<<1:3>>))/binary, (id(a)):8>>;
t(18) -> <<(id(a))/binary, (id(<<1, 2, 3>>)):4/binary, 2:(id(a))>>;
t(19) -> <<(id(<<1, 2, 3>>))/binary, 1:(id(1 bsl 62)), (id(a)):8>>;
t(20) -> <<(id(a)):8, 1:(id(1 bsl 62))/unit:256>>;
t(21) -> <<(id(a)):8, 1:(id(a))>>;
t(22) -> <<1:(id(a))>>;
t(23) -> <<(id(a))/float, (id(<<1, 2, 3>>)):4/binary>>;
t(24) -> <<(id(<<1, 2, 3>>)):4/binary>>;
t(25) -> <<7, (id(<<1, 2, 3>>)):4/binary>>;
t(26) -> <<(id(<<1, 2, 3>>)):(id(-1))/binary>>;
t(27) -> <<(id(<<1, 2, 3>>)):(id(1.0))/binary>>;
t(28) -> <<(id(a)):1/binary>>;
t(29) -> <<(id(a)):1/bits>>;
t(30) -> <<(id(a))>>;
t(31) -> <<(id(1.0))>>;
t(32) -> <<(id([]))>>;
t(33) -> <<1:1, (id(a)):7>>;
t(34) -> <<(id(<<>>))/float>>;
t(35) -> <<(id(<<1, 2, 3>>))/binary, 1:(id(1 bsl 70))>>;
t(36) -> <<(id(<<1, 2, 3>>))/binary-unit:16, 1>>;
t(37) -> <<1, (id(<<1, 2, 3>>))/binary-unit:16>>;
t(38) -> <<(id(self()))/bits>>;
t(39) -> <<1, (id(self()))/bits>>;
t(40) -> [h(X, S) || X <- [1, a, <<1>>], S <- [8, -1, a, 1 bsl 70]];
t(41) -> [k(X, S) || X <- [1, a, <<1>>, <<1, 2, 3>>], S <- [0, 2, -1, a, 1 bsl 70]];
t(42) -> try <<1, (id(a))>> catch error:badarg:Stack -> [{M, F, N, _} | _] = Stack, {M, F, N} end.

h(X, S) when <<X:S>> =:= <<1>> -> built;
h(_, _) -> not_built.

k(X, S) when <<0, X:S/binary>> =:= <<0, 1, 2>> -> built;
k(_, _) -> not_built.
