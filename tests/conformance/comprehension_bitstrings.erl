%% Comprehensions that read and write bitstrings: filters, several generators, widths from outside, and what is refused.
-module(comprehension_bitstrings).
-export([start/0, id/1]).

start() ->
    Data = id(<<16#12, 16#34, 16#AB, 16#CD, 16#EF, 16#F0, 16#81, 5:3>>),
    [erlang:display({width, W, [X || <<X:W>> <= Data], << <<X:W>> || <<X:W>> <= Data, X rem 2 =:= 1 >>, << <<(-X):(W + 1)>> || <<X:W/signed>> <= Data >>})
     || W <- [1, 2, 3, 5, 8, 11, 16, 19, 59]],
    [erlang:display({pairs, A, B, [{X, Y} || <<X:A, Y:B>> <= Data], << <<Y:B, X:A>> || <<X:A, Y:B>> <= Data >>})
     || A <- [0, 1, 4, 9], B <- [3, 8, 13]],
    [erlang:display({filter, N, filter(N, Data)}) || N <- [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [erlang:display({cross, M, N, bit_size(cross(M, N)), cross(M, N)}) || M <- [0, 1, 3], N <- [0, 2, 5]],
    [erlang:display({generator, G, bytes(G), bits(G), list(G)})
     || G <- [<<>>, <<1>>, <<1:1>>, <<1, 2, 3:7>>, [], [1], a, 1, 1.0, {}, #{}]],
    [erlang:display({condition, V, condition(V)}) || V <- [true, false, a, 1, [], {true}]],
    [erlang:display({value, V, value(V)}) || V <- [0, 255, 256, -1, 1 bsl 70, 1.5, a, <<1, 2>>, <<1:1>>, [1]]],
    erlang:display({sized, [{N, V} || <<N:4, V:N>> <= <<3:4, 5:3, 0:4, 12:4, 4095:12, 1:4, 0:1, 15:4, 1:2>>]}),
    erlang:display({nested, << << <<(X bxor Y):4>> || <<Y:4>> <= <<16#1F:8>> >> || <<X:4>> <= <<16#0A5:12>> >>}),
    erlang:display({large, erlang:phash2(<< <<(X * X):17/little>> || X <- seq(1, 3000), X rem 7 > 2 >>)}),
    erlang:display({text, << <<(C + 1)/utf8>> || <<C/utf8>> <= <<"a\x{7f}\x{7ff}\x{fffd}"/utf8>> >>}),
    erlang:display({stops, [C || <<C/utf8>> <= <<"ab", 16#FF, "cd">>]}),
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

seq(A, B) when A > B -> [];
seq(A, B) -> [A | seq(A + 1, B)].

filter(1, B) -> [X || <<X>> <= B, X > 100, X band 1 =:= 1];
filter(2, B) -> [X || <<X>> <= B, element(X, {a})];
filter(3, B) -> [X || <<X:3, 1:1>> <= B];
filter(4, B) -> [X || <<2#10:2, X:2>> <= B];
filter(5, B) -> << <<X:3>> || <<_:2, X:3>> <= B, id(X) =/= 4 >>;
filter(6, B) -> [{X, Y} || <<X:20>> <= B, Y <- [1, 2, 3], X rem Y =:= 0];
filter(7, B) -> [{X, Y} || <<X:16>> <= B, <<Y:6>> <= <<X:16>>, Y > X rem 64];
filter(8, B) -> [X || <<X:16/bits>> <= B, X =/= <<16#AB, 16#CD>>];
filter(9, B) -> [R || <<X:12, R:(bit_size(<<0:4>>))/bits>> <= B, begin Y = X + 1, Y rem 2 =:= 0 end].

cross(M, N) -> << <<X:3, Y:2>> || X <- seq(1, M), Y <- seq(1, N), X =/= Y >>.

bytes(G) -> attempt(fun() -> << <<X>> || <<X>> <= id(G) >> end).

bits(G) -> attempt(fun() -> [X || <<X:1>> <= id(G)] end).

list(G) -> attempt(fun() -> << <<X:4>> || X <- id(G) >> end).

condition(V) -> [attempt(fun() -> [X || X <- [1, 2], id(V)] end), attempt(fun() -> [X || X <- [1, 2], V] end),
                 attempt(fun() -> << <<X>> || <<X>> <= <<1, 2>>, id(V) >> end)].

value(V) -> [attempt(fun() -> << <<(id(V)):12>> || _ <- [1, 2] >> end),
             attempt(fun() -> << <<(id(V))/bits>> || _ <- [1, 2, 3] >> end), attempt(fun() -> << <<(id(V))/utf8>> || _ <- [1] >> end)].

attempt(F) -> try F() catch C:R -> {C, R} end.
