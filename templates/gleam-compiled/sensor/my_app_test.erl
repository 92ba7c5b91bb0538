-module(my_app_test).
-compile([no_auto_import, nowarn_unused_vars, nowarn_unused_function, nowarn_nomatch, inline]).
-define(FILEPATH, "test/my_app_test.gleam").
-export([main/0, celsius_test/0]).

-if(?OTP_RELEASE >= 27).
-define(MODULEDOC(Str), -moduledoc(Str)).
-define(DOC(Str), -doc(Str)).
-else.
-define(MODULEDOC(Str), -compile([])).
-define(DOC(Str), -compile([])).
-endif.

-file("test/my_app_test.gleam", 4).
-spec run() -> nil.
run() ->
    my_app_test_ffi:run().

-file("test/my_app_test.gleam", 7).
-spec main() -> nil.
main() ->
    my_app_test_ffi:run().

-file("test/my_app_test.gleam", 11).
-spec celsius_test() -> nil.
celsius_test() ->
    _assert_subject = my_app:celsius(<<16#19, 16#80>>),
    case _assert_subject of
        25.5 -> _assert_subject;
        _ ->
            erlang:error(#{gleam_error => let_assert,
                        message => <<"Pattern match failed, no pattern matched the value."/utf8>>,
                        file => <<?FILEPATH/utf8>>,
                        module => <<"my_app_test"/utf8>>,
                        function => <<"celsius_test"/utf8>>,
                        line => 12,
                        value => _assert_subject})
    end,
    _assert_subject@1 = my_app:celsius(<<16#00, 16#10>>),
    case _assert_subject@1 of
        0.0625 -> _assert_subject@1;
        _ ->
            erlang:error(#{gleam_error => let_assert,
                        message => <<"Pattern match failed, no pattern matched the value."/utf8>>,
                        file => <<?FILEPATH/utf8>>,
                        module => <<"my_app_test"/utf8>>,
                        function => <<"celsius_test"/utf8>>,
                        line => 13,
                        value => _assert_subject@1})
    end,
    _assert_subject@2 = my_app:celsius(<<16#E7, 16#00>>) =:= -25.0,
    case _assert_subject@2 of
        true -> _assert_subject@2;
        _ ->
            erlang:error(#{gleam_error => let_assert,
                        message => <<"Pattern match failed, no pattern matched the value."/utf8>>,
                        file => <<?FILEPATH/utf8>>,
                        module => <<"my_app_test"/utf8>>,
                        function => <<"celsius_test"/utf8>>,
                        line => 14,
                        value => _assert_subject@2})
    end,
    nil.
