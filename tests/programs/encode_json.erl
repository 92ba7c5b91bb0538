%% A JSON encoder and decoder, and an event log built with them: binaries, bit syntax, floats, unicode, exceptions.
%% modules: maps lists binary unicode
-module(encode_json).
-export([start/0]).

start() ->
    Document = #{<<"name">> => <<"Zoë \"Z\" \\ \n"/utf8>>, <<"tags">> => [a, <<"b">>, null, true, false],
                 <<"numbers">> => [0, -1, 1.5, 1.0e100, 1 bsl 64], <<"nested">> => #{<<"empty">> => [], <<"map">> => #{}}},
    Text = iolist_to_binary(encode(Document)),
    io:format("~ts~n", [Text]),
    Back = decode(Text),
    io:format("~tp~n", [Back]),
    io:format("~p~n", [iolist_to_binary(encode(Back)) =:= Text]),
    [io:format("~ts -> ~tp~n", [T, try decode(T) catch throw:E -> E end]) ||
        T <- [<<"[1, 2 , [3]]">>, <<"\"\\u00e9\\ud83d\\ude00\\t\"">>, <<"{\"a\":">>, <<"[1,]">>, <<"nul">>, <<"-12.5e-2">>,
              <<"\"open">>, <<"1 2">>, <<"{\"k\" : {\"k\" : {}}}">>, <<"\"\\q\"">>, <<>>]],
    deep(2000),
    ok.

deep(N) ->
    Text = [lists:duplicate(N, $[), lists:duplicate(N, $])],
    io:format("~p~n", [depth(decode(iolist_to_binary(Text)), 0)]).

depth([], N) -> N + 1;
depth([L], N) -> depth(L, N + 1).

encode(A) when is_atom(A) -> encode_atom(A);
encode(N) when is_integer(N) -> integer_to_binary(N);
encode(F) when is_float(F) -> float_to_binary(F, [short]);
encode(B) when is_binary(B) -> [$", escape(B, <<>>), $"];
encode(L) when is_list(L) -> [$[, lists:join($,, [encode(E) || E <- L]), $]];
encode(M) when is_map(M) ->
    Pairs = [[encode(K), $:, encode(V)] || {K, V} <- lists:sort(maps:to_list(M))],
    [${, lists:join($,, Pairs), $}].

encode_atom(A) when A =:= true; A =:= false; A =:= null -> atom_to_binary(A);
encode_atom(A) -> encode(atom_to_binary(A)).

escape(<<>>, Acc) -> Acc;
escape(<<C, T/binary>>, Acc) when C =:= $"; C =:= $\\ -> escape(T, <<Acc/binary, $\\, C>>);
escape(<<$\n, T/binary>>, Acc) -> escape(T, <<Acc/binary, "\\n">>);
escape(<<C, T/binary>>, Acc) when C < 32 -> escape(T, <<Acc/binary, "\\u00", (binary:encode_hex(<<C>>))/binary>>);
escape(<<C/utf8, T/binary>>, Acc) -> escape(T, <<Acc/binary, C/utf8>>).

decode(Text) ->
    case value(space(Text)) of
        {V, Rest} ->
            case space(Rest) of
                <<>> -> V;
                Left -> throw({trailing, Left})
            end
    end.

space(<<C, T/binary>>) when C =:= $\s; C =:= $\n; C =:= $\t; C =:= $\r -> space(T);
space(T) -> T.

value(<<"null", T/binary>>) -> {null, T};
value(<<"true", T/binary>>) -> {true, T};
value(<<"false", T/binary>>) -> {false, T};
value(<<$", T/binary>>) -> string(T, []);
value(<<$[, T/binary>>) -> array(space(T), []);
value(<<${, T/binary>>) -> object(space(T), #{});
value(<<C, _/binary>> = T) when C =:= $-; C >= $0, C =< $9 -> number(T, 0);
value(T) -> throw({unexpected, binary:part(T, 0, min(4, byte_size(T)))}).

number(T, N) ->
    case T of
        <<_:N/binary, C, _/binary>> when C >= $0, C =< $9; C =:= $-; C =:= $+; C =:= $.; C =:= $e -> number(T, N + 1);
        <<Digits:N/binary, Rest/binary>> ->
            try {binary_to_integer(Digits), Rest}
            catch error:badarg -> {binary_to_float(Digits), Rest}
            end
    end.

string(<<$", T/binary>>, Acc) -> {unicode:characters_to_binary(lists:reverse(Acc)), T};
string(<<"\\u", H:4/binary, T/binary>>, Acc) ->
    case {binary_to_integer(H, 16), T} of
        {High, <<"\\u", L:4/binary, T2/binary>>} when High >= 16#d800, High < 16#dc00 ->
            Low = binary_to_integer(L, 16),
            string(T2, [16#10000 + ((High band 16#3ff) bsl 10) + (Low band 16#3ff) | Acc]);
        {C, _} -> string(T, [C | Acc])
    end;
string(<<$\\, C, T/binary>>, Acc) ->
    case lists:keyfind(C, 1, [{$n, $\n}, {$t, $\t}, {$", $"}, {$\\, $\\}, {$/, $/}]) of
        {_, Char} -> string(T, [Char | Acc]);
        false -> throw({bad_escape, [C]})
    end;
string(<<C/utf8, T/binary>>, Acc) -> string(T, [C | Acc]);
string(<<>>, _) -> throw(open_string).

array(<<$], T/binary>>, []) -> {[], T};
array(T0, Acc) ->
    {V, T1} = value(T0),
    case space(T1) of
        <<$,, T/binary>> -> array(space(T), [V | Acc]);
        <<$], T/binary>> -> {lists:reverse(Acc, [V]), T};
        T -> throw({open_array, T})
    end.

object(<<$}, T/binary>>, Acc) when map_size(Acc) =:= 0 -> {Acc, T};
object(<<$", T0/binary>>, Acc) ->
    {K, T1} = string(T0, []),
    case space(T1) of
        <<$:, T2/binary>> ->
            {V, T3} = value(space(T2)),
            case space(T3) of
                <<$,, T/binary>> -> object(space(T), Acc#{K => V});
                <<$}, T/binary>> -> {Acc#{K => V}, T};
                T -> throw({open_object, T})
            end;
        T -> throw({no_colon, T})
    end;
object(T, _) -> throw({no_key, T}).
