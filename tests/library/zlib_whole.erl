%% `zlib` on whole data: the bytes are those of zlib, and come back.
%% needs: kernel stdlib
-module(zlib_whole).
-export([start/0]).

start() ->
    [data(Name, Data) || {Name, Data} <- data()],
    [
        io:format("~w ~w: ~w~n", [Function, Data, result(Function, Data)])
     || Function <- [uncompress, unzip, gunzip], Data <- [<<>>, <<1>>, <<120, 156>>, "abc", abc, <<120, 156, 3, 0, 0, 0, 0, 2>>, <<31, 139, 8>>, [300]]
    ],
    ok.

data(Name, Data) ->
    Packed = [Compressed, Zipped, Gzipped] = [zlib:F(Data) || F <- [compress, zip, gzip]],
    Binary = iolist_to_binary(Data),
    Binary = zlib:uncompress(Compressed),
    Binary = zlib:unzip([Zipped]),
    Binary = zlib:gunzip(Gzipped),
    io:format("~s ~w: ~w~n", [Name, byte_size(Binary), [{byte_size(P), erlang:md5(P)} || P <- Packed]]),
    Terms = [term_to_binary(Binary, [{compressed, Level}]) || Level <- lists:seq(0, 9)],
    [Binary = binary_to_term(Term) || Term <- Terms],
    io:format("~w~n", [[{byte_size(Term), erlang:phash2(Term)} || Term <- Terms]]).

result(Function, Data) ->
    try zlib:Function(Data)
    catch
        Class:Reason -> {Class, Reason}
    end.

data() ->
    Words = list_to_tuple(string:lexemes("the VM runs what the compiler writes to the byte and nothing else in any order of words", " ")),
    [
        {"empty", <<>>},
        {"one", <<"a">>},
        {"two", ["a", <<"b">>]},
        {"repeated", lists:duplicate(1000, $a)},
        {"pairs", lists:duplicate(700, "ab")},
        {"bytes", lists:seq(0, 255)},
        {"noise", noise(1, 5000, [])},
        {"much noise", noise(2, 100000, [])},
        {"words", [[element(N rem tuple_size(Words) + 1, Words), " "] || N <- noise(3, 40000, [])]},
        {"few words", [[element(N rem 5 + 1, Words), $ ] || N <- noise(4, 300, [])]},
        {"terms", term_to_binary([{N, [N * N], <<N:32>>, integer_to_list(N)} || N <- lists:seq(1, 9000)])},
        {"skewed", [binary:copy(<<N>>, 1 bsl (N rem 17)) || N <- lists:seq(0, 40)]},
        {"far", [noise(5, 30000, []), binary:copy(<<0>>, 5000), noise(5, 30000, []), noise(6, 100, []), noise(5, 33000, [])]},
        {"threes", [[A, B, C] || A <- "abcdefgh", B <- "abcdefgh", C <- lists:seq($a, $z)]},
        {"zeros", binary:copy(<<0>>, 300000)},
        {"nearly", [[<<"line number ">>, integer_to_list(N), 10] || N <- lists:seq(1, 6000)]}
    ].

noise(_, 0, Bytes) -> Bytes;
noise(State, N, Bytes) ->
    Next = (State * 1103515245 + 12345) band 16#7fffffff,
    noise(Next, N - 1, [(Next bsr 16) band 255 | Bytes]).
