%% calendar, base64, binary, rand with a fixed seed, crc and hashes that the VM itself has.
%% modules: calendar base64 binary rand erlang zlib
-module(time_codes).
-export([start/0]).

start() ->
    dates(),
    codes(),
    binaries(),
    random(),
    bits(),
    ok.

dates() ->
    [io:format("~p leap ~p last ~p day ~p week ~p~n",
               [Y, calendar:is_leap_year(Y), calendar:last_day_of_the_month(Y, 2),
                calendar:day_of_the_week(Y, 3, 1), calendar:iso_week_number({Y, 1, 1})])
     || Y <- [1900, 1999, 2000, 2024, 2100]],
    T = {{2024, 2, 29}, {23, 59, 58}},
    S = calendar:datetime_to_gregorian_seconds(T),
    io:format("~p ~p~n", [S, calendar:gregorian_seconds_to_datetime(S + 3)]),
    io:format("~p~n", [calendar:time_difference(T, {{2024, 3, 1}, {0, 0, 0}})]),
    io:format("~s~n", [calendar:system_time_to_rfc3339(1700000000, [{offset, "+02:00"}])]),
    io:format("~s~n", [calendar:system_time_to_rfc3339(1700000000123, [{unit, millisecond}, {offset, "Z"}, {time_designator, $\s}])]),
    io:format("~p~n", [calendar:rfc3339_to_system_time("2023-11-14T22:13:20.5+01:30", [{unit, millisecond}])]),
    io:format("~p ~p~n", [calendar:seconds_to_daystime(100000), calendar:time_to_seconds({1, 2, 3})]),
    io:format("~p~n", [[calendar:valid_date(Y, M, D) || {Y, M, D} <- [{2023, 2, 29}, {2024, 2, 29}, {2024, 13, 1}]]]).

codes() ->
    Bytes = list_to_binary(lists:seq(0, 255)),
    [begin
         Part = binary:part(Bytes, 0, N),
         Text = base64:encode(Part),
         io:format("~s ~p~n", [Text, base64:decode(Text) =:= Part])
     end || N <- [0, 1, 2, 3, 47, 48, 256]],
    io:format("~p ~p~n", [base64:decode_to_string("aGkg\ndGhlcmU="), base64:mime_decode("aGk*gdGhl-cmU=")]),
    io:format("~p~n", [try base64:decode("@@@@") catch error:_ -> bad end]),
    io:format("~s ~p~n", [binary:encode_hex(<<1, 171, 255>>), binary:decode_hex(<<"01ABff">>)]),
    io:format("~p ~p ~p~n", [erlang:crc32(Bytes), erlang:adler32(Bytes), erlang:phash2({a, "b", <<"c">>}, 1 bsl 27)]),
    io:format("~s~n", [binary:encode_hex(erlang:md5("message digest"))]),
    io:format("~p~n", [binary_to_term(term_to_binary({a, [1.5, <<"x">>], #{k => 1 bsl 80}}))]),
    io:format("~p~n", [zlib:uncompress(zlib:compress(binary:copy(<<"abc">>, 5)))]).

binaries() ->
    B = <<"the rain in spain stays mainly">>,
    io:format("~p ~p~n", [binary:matches(B, <<"ain">>), binary:match(B, [<<"stay">>, <<"in">>])]),
    io:format("~p~n", [binary:split(B, [<<" ">>, <<"ai">>], [global, trim_all])]),
    io:format("~s~n", [binary:replace(B, <<"ain">>, <<"[]">>, [global, {insert_replaced, 1}])]),
    Compiled = binary:compile_pattern([<<"s">>, <<"m">>]),
    io:format("~p~n", [binary:matches(B, Compiled)]),
    io:format("~p ~p ~p~n", [binary:longest_common_prefix([<<"abcx">>, <<"abcy">>]),
                             binary:longest_common_suffix([<<"xing">>, <<"ring">>]), binary:at(B, 4)]),
    io:format("~p ~p~n", [binary:decode_unsigned(<<1, 2, 3>>, little), binary:encode_unsigned(1 bsl 65)]),
    io:format("~p ~p~n", [binary:bin_to_list(B, {4, 4}), binary:first(B) + binary:last(B)]).

random() ->
    [begin
         S = rand:seed(Alg, {1, 2, 3}),
         {N, S1} = rand:uniform_s(1000, S),
         {F, S2} = rand:uniform_s(S1),
         {G, S3} = rand:normal_s(10, 4, S2),
         {Bytes, S4} = rand:bytes_s(4, S3),
         {Big, _} = rand:uniform_s(1 bsl 100, rand:jump(S4)),
         io:format("~s ~p ~.8f ~.8f ~w ~p~n", [Alg, N, F, G, Bytes, Big])
     end || Alg <- [exsss, exro928ss, exrop, exsp]],
    rand:seed(default, 42),
    io:format("~w~n", [[rand:uniform(6) || _ <- lists:seq(1, 30)]]),
    io:format("~w~n", [[X || {_, X} <- lists:sort([{rand:uniform(), X} || X <- "shuffle"])]]).

bits() ->
    <<A:3, B:5/signed, C:16/little, F:32/float, Rest/bits>> = <<16#b7, 1, 2, 1.5:32/float, 5:4>>,
    io:format("~p~n", [{A, B, C, F, Rest, bit_size(Rest)}]),
    io:format("~p~n", [<< <<X:7>> || <<X:5>> <= <<"comprehension">> >>]),
    io:format("~p~n", [[X || <<X/utf8>> <= <<"zażółć"/utf8>>]]),
    io:format("~p~n", [<<(1 bsl 70):80, -1:12/little, "é"/utf16, 2.5/float>>]).
