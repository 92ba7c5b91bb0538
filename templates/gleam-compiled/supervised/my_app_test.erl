-module(my_app_test).
-compile([no_auto_import, nowarn_unused_vars, nowarn_unused_function, nowarn_nomatch, inline]).
-define(FILEPATH, "test/my_app_test.gleam").
-export([main/0, counting_test/0, a_crash_stops_it_test/0]).

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
-spec counting_test() -> nil.
counting_test() ->
    _assert_subject = my_app:handle(next, 0),
    case _assert_subject of
        {reply, 1, 1} -> _assert_subject;
        _ ->
            erlang:error(#{gleam_error => let_assert,
                        message => <<"Pattern match failed, no pattern matched the value."/utf8>>,
                        file => <<?FILEPATH/utf8>>,
                        module => <<"my_app_test"/utf8>>,
                        function => <<"counting_test"/utf8>>,
                        line => 12,
                        value => _assert_subject})
    end,
    _assert_subject@1 = my_app:handle(next, 2),
    case _assert_subject@1 of
        {reply, 3, 3} -> _assert_subject@1;
        _ ->
            erlang:error(#{gleam_error => let_assert,
                        message => <<"Pattern match failed, no pattern matched the value."/utf8>>,
                        file => <<?FILEPATH/utf8>>,
                        module => <<"my_app_test"/utf8>>,
                        function => <<"counting_test"/utf8>>,
                        line => 13,
                        value => _assert_subject@1})
    end,
    nil.

-file("test/my_app_test.gleam", 17).
-spec a_crash_stops_it_test() -> nil.
a_crash_stops_it_test() ->
    _assert_subject = my_app:handle(crash, 2),
    case _assert_subject of
        {stop, on_purpose, 2} -> _assert_subject;
        _ ->
            erlang:error(#{gleam_error => let_assert,
                        message => <<"Pattern match failed, no pattern matched the value."/utf8>>,
                        file => <<?FILEPATH/utf8>>,
                        module => <<"my_app_test"/utf8>>,
                        function => <<"a_crash_stops_it_test"/utf8>>,
                        line => 18,
                        value => _assert_subject})
    end,
    nil.
