%% The same fields read at each of the eight places of a byte, and out of sub-bitstrings of sub-bitstrings.
-module(bitmatch_offsets).
-export([start/0, id/1]).

start() ->
    Data = <<16#A5, 16#3C, 16#F0, 16#0F, 16#81, 16#7E, 16#55, 16#AA, 16#12, 16#34, 16#56, 16#78, 16#9A, 16#BC, 16#DE, 16#F1>>,
    [begin
         Moved = shifted(O, Data),
         erlang:display({integers, O, integers(O, Moved)}),
         erlang:display({signed, O, signed(O, Moved)}),
         erlang:display({parts, O, parts(O, Moved)}),
         erlang:display({equal, O, tail(O, Moved) =:= Data, tail(O, Moved) == Data, tail(O, Moved) < <<Data/binary, 0>>, erlang:phash2(tail(O, Moved))}),
         erlang:display({text, O, binary_to_list(tail(O, Moved)), binary_part(tail(O, Moved), 3, 4)}),
         erlang:display({floats, O, floats(O, shifted(O, <<1.5/float, -2.25:32/float, 0.5:64/little-float, 4.0:16/float>>))}),
         erlang:display({literal, O, [literal(O, shifted(O, L)) || L <- [<<"abcdef">>, <<"abcdeg">>, <<"abc">>, <<>>, <<"abcdef", 1:3>>]]})
     end || O <- [0, 1, 2, 3, 4, 5, 6, 7]],
    [erlang:display({nested, A, B, C, nested(A, B, C, Data)}) || A <- [1, 3, 8], B <- [0, 5, 7], C <- [1, 6, 9]],
    [erlang:display({skip, N, skip(N, Data)}) || N <- [0, 1, 7, 8, 9, 63, 64, 65, 120, 127, 128, 129]],
    [erlang:display({walk, W, walk(W, id(Data), [])}) || W <- [1, 3, 5, 7, 11, 13, 31, 33, 60]],
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

shifted(O, Data) -> id(<<5:O, Data/bits>>).

tail(O, B) -> <<_:O, T/bits>> = B, T.

integers(O, B) ->
    <<_:O, A:8, C:16/little, D:3, E:13, F:24, G:5, H:35/little, _/bits>> = B,
    {A, C, D, E, F, G, H}.

signed(O, B) ->
    <<_:O, A:8/signed, C:16/little-signed, D:3/signed, E:13/signed-little, F:64/signed, _/bits>> = B,
    {A, C, D, E, F}.

parts(O, B) ->
    <<_:O, A:2/binary, C:5/bits, D:3/binary-unit:4, E/bits>> = B,
    {A, C, D, bit_size(E), byte_size(E), E}.

floats(O, B) ->
    case B of
        <<_:O, A/float, C:32/float, D:64/little-float, E:16/float>> -> [A == 1.5, C == -2.25, D == 0.5, E == 4.0];
        _ -> no
    end.

literal(O, B) ->
    case B of
        <<_:O, "abcdef">> -> whole;
        <<_:O, "abc", R/bits>> -> {rest, R};
        <<_:O>> -> empty;
        _ -> none
    end.

nested(A, B, C, Data) ->
    <<_:A, X/bits>> = Data,
    <<_:B, Y:70/bits, _/bits>> = X,
    <<_:C, Z:40/bits, R/bits>> = Y,
    <<V:40>> = Z,
    {V, Z, R, [N || <<N:6>> <= R]}.

skip(N, Data) ->
    case Data of
        <<_:N, R/bits>> when bit_size(R) < 12 -> {short, R};
        <<_:N, V:12, _/bits>> -> {field, V};
        _ -> none
    end.

walk(W, B, Acc) ->
    case B of
        <<V:W, R/bits>> -> walk(W, R, [V | Acc]);
        R -> {length(Acc), erlang:phash2(Acc), hd(Acc), R}
    end.
