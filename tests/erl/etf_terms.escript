#!/usr/bin/env escript
%% -*- coding: utf-8 -*-
%% The Erlang side of the differential test of the external term format.
%%
%%   etf_terms.escript generate SEED COUNT FILE   writes COUNT random terms, in several forms, with their ~w text
%%   etf_terms.escript compare FILE               reads pairs of forms and says whether they are the same terms
%%
%% A file of "generate" is a byte (1 when UTF-8 atoms are the default, OTP 26 and later) and records:
%% a byte (1 when the text is comparable), the text, a byte with the number of forms, and for each form
%% its minor version, whether it is deterministic, its level of compression (255: none) and its bytes.
%% Text and bytes are after a 32-bit length. A file of "compare" is pairs of bytes after 32-bit lengths.
-mode(compile).

main(["generate", Seed, Count, File]) ->
    S = list_to_integer(Seed),
    _ = rand:seed(exsss, {S, S, S}),
    Head = case release() >= 26 of true -> 1; false -> 0 end,
    Records = [record(term(rand:uniform(5) - 1)) || _ <- lists:seq(1, list_to_integer(Count))],
    ok = file:write_file(File, [Head, Records]);
main(["compare", File]) ->
    {ok, Bytes} = file:read_file(File),
    io:format("~w terms are the same~n", [compare(Bytes, 0)]).

compare(<<La:32, A:La/binary, Lb:32, B:Lb/binary, Rest/binary>>, Count) ->
    case {binary_to_term(A), binary_to_term(B, [used])} of
        {Same, {Same, Lb}} -> compare(Rest, Count + 1);
        {Ta, Tb} ->
            io:format("term ~w differs:~n~w~n~w~n", [Count, Ta, Tb]),
            halt(1)
    end;
compare(<<>>, Count) -> Count.

release() -> list_to_integer(erlang:system_info(otp_release)).

record(Term) ->
    Default = case release() >= 26 of true -> 2; false -> 1 end,
    %% Ports have the 64-bit form since OTP 26 whatever the minor version, so only the default form is comparable.
    Minors = case has(fun is_port/1, Term) of true -> [Default]; false -> [Default | [0, 1, 2] -- [Default]] end,
    Forms = [form(Term, M, D, none) || M <- Minors, D <- [false, true]]
        ++ [form(Term, Default, false, L) || L <- [1, 6, 9]],
    Text = unicode:characters_to_binary(io_lib:format("~w", [Term])),
    [case has(fun has_other_text/1, Term) of true -> 0; false -> 1 end, sized(Text), length(Forms), Forms].

form(Term, Minor, Deterministic, Level) ->
    Options = [{minor_version, Minor}]
        ++ [deterministic || Deterministic]
        ++ [{compressed, Level} || Level =/= none],
    [Minor, case Deterministic of true -> 1; false -> 0 end, case Level of none -> 255; _ -> Level end,
     sized(term_to_binary(Term, Options))].

sized(Bytes) -> [<<(byte_size(Bytes)):32>>, Bytes].

%% A large map prints in the order of a hash, and a term of another node with an internal number for the node.
has_other_text(M) when is_map(M) -> map_size(M) > 32;
has_other_text(P) when is_pid(P); is_port(P); is_reference(P) -> node(P) =/= node();
has_other_text(_) -> false.

has(Test, Term) -> Test(Term) orelse has_part(Test, Term).

has_part(Test, [H | T]) -> has(Test, H) orelse has(Test, T);
has_part(Test, T) when is_tuple(T) -> has_part(Test, tuple_to_list(T));
has_part(Test, M) when is_map(M) -> has_part(Test, maps:to_list(M));
has_part(Test, F) when is_function(F) -> {env, Env} = erlang:fun_info(F, env), has_part(Test, Env);
has_part(_, _) -> false.

term(0) -> leaf(rand:uniform(13));
term(Depth) ->
    case rand:uniform(12) of
        1 -> terms(Depth, 8);
        2 -> terms(Depth, 3) ++ [leaf(rand:uniform(13)) | leaf(rand:uniform(13))];
        3 -> list_to_tuple(terms(Depth, 6));
        4 -> list_to_tuple(lists:duplicate(253 + rand:uniform(5), leaf(rand:uniform(5))));
        5 -> maps:from_list([{term(Depth - 1), term(Depth - 1)} || _ <- lists:seq(1, rand:uniform(9) - 1)]);
        6 -> maps:from_list([{key(), term(0)} || _ <- lists:seq(1, 30 + rand:uniform(8))]);
        7 -> [A, B] = [term(Depth - 1) || _ <- [1, 2]], fun(X) -> {A, B, X} end;
        8 -> maps:from_list([{K, 0} || K <- keys_alike()]);
        9 -> maps:from_list([{{K, maps:from_list([{K, 1}, {0, 0}])}, 0} || K <- keys_alike()]);
        _ -> term(Depth - 1)
    end.

terms(Depth, Most) -> [term(Depth - 1) || _ <- lists:seq(1, rand:uniform(Most + 1) - 1)].

%% Keys whose order is easy to get wrong.
keys_alike() ->
    Keys = [1, 1.0, -1, -1.0, 1 bsl 40, float(1 bsl 40), 1 bsl 70, -(1 bsl 70), float(1 bsl 70), [], [1], [1, 2], [1 | 2],
            {}, {1}, {1.0}, {1, 1}, {0, 0, 0}, <<>>, <<1>>, <<1:3>>, <<1, 0>>, <<128>>, <<1:1>>, #{}, #{1 => 2}, #{2 => 1},
            #{1.0 => 2}, #{1 => 2, 2 => 3}, #{1 => 3, 2 => 2}, a, ab, 'A', 'é', 'ж', '',
            fun b:a/1, fun a:b/2, fun a:b/1, fun a:c/0, self()]
        ++ [remote(T, N, I, C) || T <- [pid, port, ref], N <- [a@b, b@a], I <- [1, 2], C <- [1, 2]],
    [K || K <- Keys, rand:uniform(3) =:= 1].

key() ->
    case rand:uniform(4) of
        1 -> leaf(1);
        2 -> {leaf(2), leaf(1)};
        _ -> leaf(2)
    end.

leaf(1) -> atom(rand:uniform(6));
leaf(2) -> integer();
leaf(3) -> integer();
leaf(4) -> float_();
leaf(5) -> float_();
leaf(6) -> rand:bytes(rand:uniform(20) - 1);
leaf(7) -> Bits = rand:uniform(100) - 1, <<B:Bits/bitstring, _/bitstring>> = rand:bytes(13), B;
leaf(8) -> [];
leaf(9) -> [rand:uniform(256) - 1 || _ <- lists:seq(1, rand:uniform(12))];
leaf(10) -> list_();
leaf(11) ->
    case rand:uniform(3) of
        1 -> self();
        2 -> make_ref();
        3 -> lists:nth(rand:uniform(length(erlang:ports())), erlang:ports())
    end;
leaf(12) -> remote(lists:nth(rand:uniform(3), [pid, port, ref]), a@b, rand:uniform(1 bsl 32) - 1, rand:uniform(1 bsl 32) - 1);
leaf(13) ->
    Names = [a, 'A b', '', '+', 'it\'s', 'x\ny\td\\', 'and', 'a_9Z', 'a@b', '\e\d', lists, '_a'],
    [Module, Function] = [lists:nth(rand:uniform(length(Names)), Names) || _ <- [1, 2]],
    Arity = rand:uniform(256) - 1,
    fun Module:Function/Arity.

list_() ->
    case rand:uniform(60) of
        1 -> lists:duplicate(65534 + rand:uniform(3), 7);
        N when N < 20 -> [1, 255, lists:nth(rand:uniform(4), [-1, 256, a, 1.0])];
        N when N < 40 -> [1, 2 | 3];
        _ -> "text ж"
    end.

atom(1) -> list_to_atom([rand:uniform(26) + $a - 1 || _ <- lists:seq(1, rand:uniform(8))]);
atom(2) -> list_to_atom([rand:uniform(256) - 1 || _ <- lists:seq(0, rand:uniform(5) - 1)]);
atom(3) -> list_to_atom([character() || _ <- lists:seq(1, rand:uniform(6))]);
atom(4) ->
    Length = lists:nth(rand:uniform(6), [63, 64, 127, 128, 254, 255]),
    list_to_atom(lists:duplicate(Length, lists:nth(rand:uniform(4), [$a, $é, $ж, 16#10ffff])));
atom(5) ->
    Words = ['after', 'begin', 'case', 'try', 'cond', 'catch', 'andalso', 'orelse', 'end', 'fun', 'if', 'let', 'of',
             'receive', 'when', 'bnot', 'not', 'div', 'rem', 'band', 'and', 'bor', 'bxor', 'bsl', 'bsr', 'or', 'xor',
             afters, en, spec, query, '', '_', '@', a@, aA0_],
    %% Reserved for ~w since OTP 27 only.
    Newer = case release() >= 27 of true -> ['maybe', 'else']; false -> [] end,
    lists:nth(rand:uniform(length(Words ++ Newer)), Words ++ Newer);
atom(6) -> list_to_atom([rand:uniform(26) + $a - 1]).

character() ->
    case rand:uniform(3) of
        1 -> rand:uniform(16#7ff);
        2 -> rand:uniform(16#d7ff);
        3 -> 16#dfff + rand:uniform(16#10ffff - 16#dfff)
    end.

integer() ->
    case rand:uniform(6) of
        1 -> rand:uniform(600) - 300;
        2 -> sign() * rand:uniform(1 bsl rand:uniform(70));
        3 ->
            Border = lists:nth(rand:uniform(9), [7, 8, 15, 16, 27, 28, 31, 32, 59]),
            sign() * (1 bsl Border) + rand:uniform(5) - 3;
        4 ->
            Border = lists:nth(rand:uniform(7), [60, 62, 63, 64, 8 * 255, 8 * 256, 128]),
            sign() * (1 bsl Border) + rand:uniform(5) - 3;
        5 -> sign() * binary:decode_unsigned(rand:bytes(rand:uniform(30)));
        6 -> sign() * binary:decode_unsigned(rand:bytes(rand:uniform(1000)))
    end.

sign() -> 3 - 2 * rand:uniform(2).

float_() ->
    case rand:uniform(6) of
        1 -> case rand:bytes(8) of <<F/float>> -> F; _ -> 0.0 end;
        2 -> sign() * rand:uniform(1000000) / 1000;
        3 -> sign() * float(rand:uniform(1 bsl rand:uniform(70)));
        4 -> sign() * float((1 bsl 53) + rand:uniform(5) - 3);
        5 -> lists:nth(rand:uniform(8), [0.0, -0.0, 5.0e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1, 1.0e22, 1.0e23]);
        6 -> sign() * math:pow(10, rand:uniform(40) - 20) * rand:uniform(200)
    end.

remote(pid, Node, Id, Creation) -> external(<<88, (node_(Node))/binary, Id:32, (Id rem 7):32, Creation:32>>);
remote(port, Node, Id, Creation) -> external(<<120, (node_(Node))/binary, (Id * Creation):64, Creation:32>>);
remote(ref, Node, Id, Creation) ->
    external(<<90, 3:16, (node_(Node))/binary, Creation:32, (Id rem (1 bsl 18)):32, Creation:32, Id:32>>).

node_(Node) -> Name = atom_to_binary(Node), <<119, (byte_size(Name)), Name/binary>>.

external(Bytes) -> binary_to_term(<<131, Bytes/binary>>).
