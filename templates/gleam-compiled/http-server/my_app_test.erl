-module(my_app_test).
-compile([no_auto_import, nowarn_unused_vars, nowarn_unused_function, nowarn_nomatch, inline]).
-define(FILEPATH, "test/my_app_test.gleam").
-export([main/0, visits_are_counted_test/0, other_paths_are_not_found_test/0]).

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

-file("test/my_app_test.gleam", 10).
-spec main() -> nil.
main() ->
    my_app_test_ffi:run().

-file("test/my_app_test.gleam", 7).
-spec with_counter(fun(() -> A)) -> A.
with_counter(Body) ->
    my_app_test_ffi:with_counter(Body).

-file("test/my_app_test.gleam", 15).
-spec visits_are_counted_test() -> nil.
visits_are_counted_test() ->
    my_app_test_ffi:with_counter(
        fun() ->
            _assert_subject = my_app:answer(<<"GET"/utf8>>, <<"/"/utf8>>),
            case _assert_subject of
                {200, _, <<"This is the first visit.\n"/utf8>>} -> _assert_subject;
                _ ->
                    erlang:error(#{gleam_error => let_assert,
                                message => <<"Pattern match failed, no pattern matched the value."/utf8>>,
                                file => <<?FILEPATH/utf8>>,
                                module => <<"my_app_test"/utf8>>,
                                function => <<"visits_are_counted_test"/utf8>>,
                                line => 17,
                                value => _assert_subject})
            end,
            _assert_subject@1 = my_app:answer(<<"GET"/utf8>>, <<"/"/utf8>>),
            case _assert_subject@1 of
                {200, _, <<"There were 2 visits.\n"/utf8>>} -> _assert_subject@1;
                _ ->
                    erlang:error(#{gleam_error => let_assert,
                                message => <<"Pattern match failed, no pattern matched the value."/utf8>>,
                                file => <<?FILEPATH/utf8>>,
                                module => <<"my_app_test"/utf8>>,
                                function => <<"visits_are_counted_test"/utf8>>,
                                line => 18,
                                value => _assert_subject@1})
            end,
            nil
        end
    ).

-file("test/my_app_test.gleam", 22).
-spec other_paths_are_not_found_test() -> nil.
other_paths_are_not_found_test() ->
    _assert_subject = my_app:answer(<<"GET"/utf8>>, <<"/other"/utf8>>),
    case _assert_subject of
        {404, _, _} -> _assert_subject;
        _ ->
            erlang:error(#{gleam_error => let_assert,
                        message => <<"Pattern match failed, no pattern matched the value."/utf8>>,
                        file => <<?FILEPATH/utf8>>,
                        module => <<"my_app_test"/utf8>>,
                        function => <<"other_paths_are_not_found_test"/utf8>>,
                        line => 23,
                        value => _assert_subject})
    end,
    nil.
