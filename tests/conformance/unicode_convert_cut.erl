%% Characters of UTF-8 that end too early: every first byte, with what may and may not follow it, in one binary and in two.
-module(unicode_convert_cut).
-export([start/0]).

start() ->
    Some = [0, 16#7f, 16#80, 16#9f, 16#a0, 16#bf, 16#c0, 16#ff],
    Rests = [<<>>] ++ [<<A>> || A <- Some] ++ [<<A, B>> || A <- Some, B <- Some] ++ [<<16#80, A, 16#80>> || A <- Some],
    [one(<<First, Rest/binary>>) || First <- [16#80, 16#c0, 16#c2, 16#df, 16#e0, 16#ed, 16#ef, 16#f0, 16#f4, 16#f5, 16#f8, 16#ff], Rest <- Rests],
    [erlang:display({A, B, told(list, [A, B]), told(binary, [A, B])}) ||
        A <- [<<16#e0>>, <<16#f0>>, <<16#f0, 16#80>>, <<16#f0, 0>>, <<16#c2>>, <<16#e0, 0>>],
        B <- [<<0>>, <<16#80>>, <<16#80, 16#80>>, <<>>, [], [<<>>], <<$A>>, $A, [[]], <<16#e0>>]],
    ok.

one(Bytes) ->
    erlang:display({Bytes, told(list, Bytes), told(binary, Bytes), told(list, [Bytes, $A]), told(list, <<3, Bytes/binary>>)}).

%% What is printed of a list of characters depends on the release.
told(list, Data) -> tag(unicode:characters_to_list(Data, unicode));
told(binary, Data) -> tag(unicode:characters_to_binary(Data, unicode)).

tag({Tag, Done, Rest}) -> {Tag, size_of(Done), Rest};
tag(Done) -> size_of(Done).

size_of(Done) when is_binary(Done) -> byte_size(Done);
size_of(Done) -> length(Done).
