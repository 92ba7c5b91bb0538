%% Appending with the instructions of OTP 24: bs_append, bs_private_append, bs_init_writable.
-module(old_append).
-compile([no_bs_create_bin, no_type_opt]).
-export([start/0, id/1]).

start() ->
    run(1, 21).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> grow(id(10), <<>>);
t(2) -> byte_size(grow(id(1000), <<>>));
t(3) -> erlang:phash2(grow(id(1000), <<>>));
t(4) -> begin A = grow(id(100), <<>>), B = <<A/binary, 1>>, C = <<A/binary, 2>>, {byte_size(A), binary:last(A), binary:last(B), binary:last(C), binary:part(B, 90, 11), binary:part(C, 90, 11)} end;
t(5) -> begin A = <<(id(<<1>>))/binary, 2>>, [<<A/binary, X>> || X <- [3, 4]] end;
t(6) -> odd(id(5), <<>>);
t(7) -> bit_size(odd(id(500), <<>>));
t(8) -> erlang:phash2(odd(id(500), <<>>));
t(9) -> begin A = grow(id(80), <<>>), B = <<A/binary, A/binary>>, C = <<B/binary, B/binary, A/binary>>, {byte_size(C), erlang:phash2(C), A =:= binary:part(B, 80, 80)} end;
t(10) -> begin A = grow(id(80), <<>>), <<_:3, P/bits>> = A, B = <<P/bits, 5:3>>, {bit_size(B), erlang:phash2(B)} end;
t(11) -> begin A = grow(id(80), <<>>), <<P:70/binary, _/binary>> = A, B = <<P/binary, 1>>, C = <<A/binary, 2>>, {erlang:phash2(A), B, C} end;
t(12) -> begin A = grow(id(80), <<>>), {try <<A/binary, (id(a))>> catch error:R -> R end, <<A/binary, 5>>, byte_size(A)} end;
t(13) -> <<(id(<<1, 2>>))/binary, (id(<<>>))/binary>>;
t(14) -> begin A = id(<<1:4>>), <<A/bits, 2:4>> end;
t(15) -> << <<X:9>> || X <- lists(60) >>;
t(16) -> << <<X>> || X <- lists(300) >>;
t(17) -> << <<X:3, Y:2>> || X <- lists(9), Y <- lists(3) >>;
t(18) -> << <<B/bits, 1:1>> || <<B:3/bits>> <= id(<<"hello world">>) >>;
t(19) -> << <<X/float>> || X <- lists(3) >>;
t(20) -> byte_size(<< <<(id(B))/binary, B/binary>> || B <- [binary:copy(<<X>>, X) || X <- lists(30)] >>);
t(21) -> begin A = grow(id(70), <<>>), Self = self(), spawn(fun() -> Self ! <<A/binary, 1>> end), receive B -> <<A/binary, 2, B/binary>> end end.

lists(0) -> [];
lists(N) -> [N | lists(N - 1)].

grow(0, B) -> B;
grow(N, B) -> grow(N - 1, <<B/binary, N>>).

odd(0, B) -> B;
odd(N, B) -> odd(N - 1, <<B/bits, N:3>>).
