%% `base64`, `binary`, `filename`, `uri_string`, `calendar`: every function that asks nothing of the machine.
-module(text_calls).
-export([start/0]).
-include("calls.hrl").

start() ->
    all_calls(base64, ["", "abc", "YWJj", "YW Jj\n", "YWI=", "YQ==", "=", "Y", <<"abcd">>, <<"_-8=">>, <<"+/8=">>, [256], abc, <<1:7>>, 5, [$Y | a]], 300, []),
    Pool = [
        <<"abc">>, <<"abcabc">>, <<"b">>, [<<"b">>, <<"ca">>], [], 0, 1, -1, 5, {0, 2}, {1, -1}, [{scope, {1, 3}}], [global],
        [global, trim_all], [{insert_replaced, 1}], little, big, "abc", <<1:7>>, abc, [<<"ab">>, <<"abc">>],
        fun(X) -> <<"<", X/binary, ">">> end
    ],
    all_calls(binary, Pool, 700, [referenced_byte_size, compile_pattern, {copy, 2}]),
    %% Whether a bad pattern is an error where the subject is empty, releases disagree.
    Empty = [
        {F, A}
     || {F, Arity} <- binary:module_info(exports),
        not lists:member(F, [module_info, referenced_byte_size, compile_pattern, copy]),
        A <- [[<<>>], [<<>>, <<"b">>], [<<>>, <<"b">>, <<"x">>], [<<>>, <<"b">>, []]],
        length(A) =:= Arity
    ],
    calls(binary, lists:sort(Empty)),
    calls(binary, [{copy, [Part, Times]} || Part <- [<<>>, <<"abc">>, abc], Times <- [0, 1, 3, -1, a]]),
    calls(binary, [{encode_unsigned, [16#123456789abcdef0, Order]} || Order <- [little, big]]),
    Names = ["", "a", "/", "a/b.c", "/a//b/", "a/./../b", <<"a/b.erl">>, [$a, <<"b">>], abc, "~", ".", "..", ".erl", ["a", "b"], [<<"a">>, "/b"], [<<255>>], 5, "a\\b", "c.tar.gz"],
    all_calls(filename, Names, 400, [{absname, 1}, {find_src, 1}, {find_src, 2}, {find_file, 1}, {find_file, 2}, {find_source, 1}, {find_source, 2}, {find_source, 3}, basedir, safe_relative_path]),
    Uris = [
        "", "http://user@host:8080/a/b?c=d&e#f", <<"foo:bar">>, "//x/y", "../a", "?q", "http://[::1]/", "http://a/%7e%c3%a4", "a b",
        "http://\x{e4}/\x{20ac}", #{path => "/a b", scheme => "http", host => "x"}, #{path => "a"}, [{"a", "b c"}, {<<"d">>, true}], "a=b%20c&d",
        [normalize], [return_map], [{encoding, utf8}], latin1, utf8, [], abc, "%", "%zz", 5, #{foo => bar}
    ],
    all_calls(uri_string, Uris, 500, []),
    Dates = [{2024, 2, 29}, {1970, 1, 1}, {0, 1, 1}, {2023, 2, 29}, {2024, 13, 1}, {{2024, 2, 29}, {23, 59, 59}}, {{1969, 12, 31}, {0, 0, 0}}, 0, 1, 2024, 719528, 86399, 100000, -1, 12, {23, 59, 59}, {2024, 1}, abc, "2024-02-29T12:30:00Z", "2024-02-29t12:30:00.123456+01:30", [{unit, millisecond}, {offset, "Z"}], [{offset, 3600}], []],
    all_calls(calendar, Dates, 500, [local_time, universal_time, local_time_to_universal_time, local_time_to_universal_time_dst, universal_time_to_local_time, now_to_local_time, now_to_universal_time, now_to_datetime, system_time_to_local_time, iso_week_number, rfc3339_to_system_time, system_time_to_rfc3339]),
    calls(calendar, [{iso_week_number, [D]} || D <- [{2024, 12, 30}, {2021, 1, 3}, {2020, 12, 31}]]),
    calls(calendar, [{rfc3339_to_system_time, [T]} || T <- ["2024-02-29T12:30:00Z", "2024-02-29t12:30:00.123456+01:30", "1969-12-31 00:00:00-00:30", "x", "2023-02-29T00:00:00Z"]]),
    calls(calendar, [{rfc3339_to_system_time, ["2024-02-29T12:30:00.123456789Z", [{unit, U}]]} || U <- [second, millisecond, microsecond, nanosecond, native]]),
    calls(calendar, [{system_time_to_rfc3339, [T, [{offset, "+01:00"}, {unit, U}]]} || T <- [0, 1709209800123, -1], U <- [second, millisecond, nanosecond], U =/= second orelse T < 1000]).
