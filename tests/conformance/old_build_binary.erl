%% Building from other binaries with the instructions of OTP 24: bs_put_binary.
-module(old_build_binary).
-compile([no_bs_create_bin, no_type_opt]).
-export([start/0, id/1]).

start() ->
    run(1, 16).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [<<B/binary>> || B <- binaries()];
t(2) -> [<<7, B/binary, 9>> || B <- binaries()];
t(3) -> [<<1:3, B/binary, 2:5>> || B <- binaries()];
t(4) -> [<<1:3, B/bits, 2:2>> || B <- bitstrings()];
t(5) -> [<<B/bits, C/bits>> || B <- bitstrings(), C <- bitstrings()];
t(6) -> [<<B:2/binary, 5>> || B <- binaries(), byte_size(B) >= 2];
t(7) -> [<<5, B:(id(3))/binary-unit:4>> || B <- binaries(), byte_size(B) >= 2];
t(8) -> [<<5:4, B:(id(3))/bits, 1:1>> || B <- bitstrings(), bit_size(B) >= 3];
t(9) -> begin B = id(<<1, 2, 3, 4>>), <<_, P/binary>> = B, <<9, P/binary, B/binary, P/binary>> end;
t(10) -> begin B = id(<<1, 2, 3, 4>>), <<_:3, P/bits>> = B, <<9, P/bits, B/bits, P/bits>> end;
t(11) -> begin B = id(binary:copy(<<1, 2, 3>>, 100)), <<1:1, B/binary, B/binary, 0:7>> end;
t(12) -> begin B = id(binary:copy(<<1, 2, 3>>, 100)), <<_:5, P:1111/bits, _/bits>> = B, <<2:2, P/bits, B:77/binary, P/bits>> end;
t(13) -> byte_size(<<0, (id(binary:copy(<<7>>, 5000)))/binary>>);
t(14) -> begin B = <<0:1, (id(binary:copy(<<7>>, 5000)))/binary, 1:1>>, {bit_size(B), erlang:phash2(B)} end;
t(15) -> [<<(id(<<>>))/binary>>, <<1, (id(<<>>))/binary>>, <<(id(<<>>)):0/binary, 2>>];
t(16) -> [f(B) || B <- binaries()].

binaries() ->
    [<<>>, <<1>>, <<1, 2>>, <<"hello">>, binary:copy(<<"0123456789">>, 7), element(2, split_binary(<<"abcdef">>, 2))].

bitstrings() ->
    [<<>>, <<1:1>>, <<5:3>>, <<"ab", 3:4>>, <<"abc">>, <<0:1, (binary:copy(<<"0123456789">>, 7))/binary>>].

%% In a guard a binary that cannot be built makes the guard fail.
f(B) when <<0, B:1/binary>> =:= <<0, 1>> -> one;
f(B) when <<0, B/binary>> =:= <<0>> -> empty;
f(_) -> other.
