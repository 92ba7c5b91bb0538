%% Appending to a binary that is shared by several results.
-module(bitbuild_append).
-export([start/0, id/1]).

start() ->
    run(1, 4).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) ->
    begin A = grow(id(100), <<>>), B = <<A/binary, 1>>, C = <<A/binary, 2>>, {byte_size(A), binary:last(B), binary:last(C)} end;
t(2) -> begin A = <<(id(<<1>>))/binary, 2>>, [<<A/binary, X>> || X <- [3, 4]] end;
t(3) -> bit_size(odd(id(50), <<>>));
t(4) -> odd(id(5), <<>>).

grow(0, B) -> B;
grow(N, B) -> grow(N - 1, <<B/binary, N>>).

odd(0, B) -> B;
odd(N, B) -> odd(N - 1, <<B/bits, N:3>>).
