-module(my_app_test).
-compile([no_auto_import, nowarn_unused_vars, nowarn_unused_function, nowarn_nomatch, inline]).
-define(FILEPATH, "test/my_app_test.gleam").
-export([main/0, greeting_test/0]).

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
-spec greeting_test() -> nil.
greeting_test() ->
    _assert_subject = my_app:greeting(<<"board"/utf8>>),
    case _assert_subject of
        <<"Hello, board!\n"/utf8>> -> _assert_subject;
        _ ->
            erlang:error(#{gleam_error => let_assert,
                        message => <<"Pattern match failed, no pattern matched the value."/utf8>>,
                        file => <<?FILEPATH/utf8>>,
                        module => <<"my_app_test"/utf8>>,
                        function => <<"greeting_test"/utf8>>,
                        line => 12,
                        value => _assert_subject})
    end,
    nil.
