%% Sizes that come from earlier fields, from expressions and from variables: zero, negative, too large, no integers.
-module(bitmatch_lengths).
-export([start/0, id/1]).

start() ->
    [erlang:display({tree, T, bit_size(encode(T)), decode(encode(T)) =:= {T, <<>>}}) || T <- trees()],
    [erlang:display({cut, N, cut(N, encode({3, [1, {2, []}]}))}) || N <- seq(0, 24)],
    [erlang:display({size, kind(S), by_size(id(S), <<1, 2, 3, 4, 5, 6, 7, 8>>)})
     || S <- [0, 1, 2, 8, 9, -1, -8, 1 bsl 20, 1 bsl 64, -(1 bsl 64), 1.0, a, [], {}, <<1>>]],
    [erlang:display({chain, B, chain(B)})
     || B <- [<<0>>, <<1, 0>>, <<1, 7, 9>>, <<2, 1, 5>>, <<3, 1, 1, 1, 255>>, <<4, 0, 0, 0, 3, 1, 2>>, <<9, 1>>, <<>>]],
    [erlang:display({expression, N, U, expression(N, <<(N bxor 16#5A):8, 16#123456789ABCDEF:64, 0:64>>, U)})
     || N <- [0, 1, 2, 3, 4, 7, 8, 12], U <- [0, 3]],
    [erlang:display({list, L, count(<<(length(L)):5, (<< <<(bits(V)):6, V:(bits(V))>> || V <- L >>)/bits>>)})
     || L <- [[], [0], [1], [255, 256], [1 bsl 40, 0, 1], [N * N * N || N <- seq(1, 20)]]],
    [erlang:display({repeat, A, B, same(<<A:4, 9:A, B:4, 9:B>>)}) || A <- [0, 4, 5, 9], B <- [0, 4, 5, 9]],
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

seq(A, B) when A > B -> [];
seq(A, B) -> [A | seq(A + 1, B)].

kind(S) when is_integer(S), abs(S) > 1 bsl 30 -> {large, S > 0};
kind(S) -> S.

trees() ->
    [0, 1, 100, 1 bsl 50, [], [1], {}, {1, [2, 3], {4}}, [[[[]]]], {3, [1, {2, []}]}, [1, 1 bsl 20, {7, 1 bsl 63, []}]].

bits(0) -> 0;
bits(N) -> 1 + bits(N bsr 1).

%% An integer tells its bits, a list its elements, a tuple the bits of its content.
encode(N) when is_integer(N) -> W = bits(N), <<0:2, W:7, N:W>>;
encode(L) when is_list(L) -> <<1:2, (length(L)):5, (<< <<(encode(E))/bits>> || E <- L >>)/bits>>;
encode(T) when is_tuple(T) -> B = encode(tuple_to_list(T)), <<2:2, (bit_size(B)):11, B/bits>>.

decode(<<0:2, W:7, N:W, R/bits>>) -> {N, R};
decode(<<1:2, N:5, R/bits>>) -> elements(N, R, []);
decode(<<2:2, S:11, B:S/bits, R/bits>>) -> {L, <<>>} = decode(B), {list_to_tuple(L), R};
decode(B) -> throw({stuck, bit_size(B)}).

elements(0, R, Acc) -> {reverse(Acc, []), R};
elements(N, B, Acc) -> {E, R} = decode(B), elements(N - 1, R, [E | Acc]).

reverse([], Acc) -> Acc;
reverse([H | T], Acc) -> reverse(T, [H | Acc]).

cut(N, B) -> S = bit_size(B) - N, <<C:S/bits, _/bits>> = B, try decode(C) catch Class:R -> {Class, R} end.

by_size(S, B) ->
    [case B of <<V:S, _/bits>> -> V; _ -> no end,
     case B of <<V:S/binary, _/bits>> -> V; _ -> no end,
     case B of <<V:S/bits, _/bits>> -> V; _ -> no end,
     case B of <<V:S/signed-little, R/bits>> -> {V, bit_size(R)}; _ -> no end,
     case B of <<V:S/binary-unit:3, _/bits>> -> V; _ -> no end,
     case B of <<_:S, V, _/bits>> -> V; _ -> no end,
     case B of <<_:S/unit:16, V/binary>> -> V; _ -> no end,
     try bit_size(<<1:S>>) catch C:R -> {C, R} end,
     try bit_size(<<B:S/binary>>) catch C:R -> {C, R} end].

chain(<<0, R/bits>>) -> {none, R};
chain(<<1, N, R:N/binary, _/bits>>) -> {one, R};
chain(<<2, N, V:N/unit:8>>) -> {two, V};
chain(<<3, A, B:A/unit:8, C:B/unit:8>>) -> {three, A, B, C};
chain(<<4, N:32, V:N/binary-unit:4, R/bits>>) -> {four, V, R};
chain(<<N, _:N, R/bits>>) -> {other, R};
chain(B) -> {nothing, B}.

expression(N, B, U) ->
    case B of
        <<M, V:(N * 4 + U), W:(N bxor 5)/bits, _:(64 - N), _/bits>> -> {M, V, W};
        _ -> no
    end.

count(<<N:5, R/bits>>) -> count(N, R, []).

count(0, R, Acc) -> {reverse(Acc, []), R};
count(N, <<W:6, V:W, R/bits>>, Acc) -> count(N - 1, R, [V | Acc]).

%% The same variable twice: as a size, and as what must be there again.
same(<<A:4, V:A, A:4, V:A>>) -> {same, A, V};
same(<<A:4, V:A, B:4, W:B>>) -> {other, A, V, B, W}.
