-module(my_app_test).
-compile([no_auto_import, nowarn_unused_vars, nowarn_unused_function, nowarn_nomatch, inline]).
-define(FILEPATH, "test/my_app_test.gleam").
-export([main/0, levels_alternate_test/0]).

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
-spec levels_alternate_test() -> nil.
levels_alternate_test() ->
    _assert_subject = my_app:other(high),
    case _assert_subject of
        low -> _assert_subject;
        _ ->
            erlang:error(#{gleam_error => let_assert,
                        message => <<"Pattern match failed, no pattern matched the value."/utf8>>,
                        file => <<?FILEPATH/utf8>>,
                        module => <<"my_app_test"/utf8>>,
                        function => <<"levels_alternate_test"/utf8>>,
                        line => 12,
                        value => _assert_subject})
    end,
    _assert_subject@1 = my_app:other(low),
    case _assert_subject@1 of
        high -> _assert_subject@1;
        _ ->
            erlang:error(#{gleam_error => let_assert,
                        message => <<"Pattern match failed, no pattern matched the value."/utf8>>,
                        file => <<?FILEPATH/utf8>>,
                        module => <<"my_app_test"/utf8>>,
                        function => <<"levels_alternate_test"/utf8>>,
                        line => 13,
                        value => _assert_subject@1})
    end,
    nil.
