%% Deep and odd iolists: each element at each place, tails that are binaries or wrong, bits that do not fill a byte.
-module(convert_iolist_shapes).
-export([start/0, id/1]).

start() ->
    Elements = [0, 255, 256, -1, <<>>, <<"bc">>, <<1:3>>, [], "x", [<<1>> | <<2>>], [1 | 2], a, 1.0, {}, #{}, 1 bsl 64],
    [erlang:display({Place, E, all(place(Place, E))}) || E <- Elements, Place <- [alone, head, middle, last, tail, deep, deep_tail]],
    [erlang:display({nest, N, [forms(nest(K, N)) || K <- [1, 2, 3, 4]]}) || N <- [0, 1, 2, 50, 3000]],
    [erlang:display({bits, A, B, C, [attempt(fun() -> list_to_bitstring(id([<<1:A>>, <<2:B>>, [C, <<3:A>>] | <<1:B>>])) end),
                                     attempt(fun() -> iolist_size(id([<<1:A>>, <<2:B>> | <<1:B>>])) end)]}) || A <- [0, 1, 7, 8], B <- [0, 3, 16], C <- [0, 200]],
    [erlang:display({crc, L, erlang:crc32(id(L)), erlang:adler32(id(L)), erlang:md5(id(L))}) || L <- [[], [<<>>], "abc", ["a", [$b | <<"c">>]], [[[]], <<"ab">>, "c"]]],
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

attempt(F) -> try F() catch C:R -> {C, R} end.

place(alone, E) -> E;
place(head, E) -> [E, 1, <<"z">>];
place(middle, E) -> [1, E, <<"z">>];
place(last, E) -> [1, <<"z">>, E];
place(tail, E) -> [1, <<"z">> | E];
place(deep, E) -> [[[1], [[[E]], []]], 2];
place(deep_tail, E) -> [[1, [2 | E]] | <<"y">>].

all(L) ->
    [answer(fun() -> iolist_size(id(L)) end), answer(fun() -> iolist_to_binary(id(L)) end), answer(fun() -> list_to_binary(id(L)) end),
     answer(fun() -> list_to_bitstring(id(L)) end), answer(fun() -> iolist_to_iovec_size(id(L)) end)].

%% The reasons are all badarg: a word says enough.
answer(F) -> try F() catch error:badarg -> badarg end.

iolist_to_iovec_size(L) -> V = erlang:iolist_to_iovec(L), {iolist_size(V), iolist_to_binary(V)}.

nest(1, N) -> left(N, []);
nest(2, N) -> right(N, <<"end">>);
nest(3, N) -> both(N, [7]);
nest(4, N) -> [nest(1, N), nest(2, N) | <<"tail">>].

left(0, L) -> L;
left(N, L) -> left(N - 1, [L, N rem 256]).

right(0, L) -> L;
right(N, L) -> right(N - 1, [N rem 256 | L]).

both(0, L) -> L;
both(N, L) -> both(N - 1, [[N rem 200], L, <<N:16>> | <<(N rem 3)>>]).

forms(L) ->
    B = iolist_to_binary([L]),
    {iolist_size([L]), byte_size(B), erlang:phash2(B), erlang:crc32(L) =:= erlang:crc32(B), iolist_to_binary(erlang:iolist_to_iovec(L)) =:= B}.
