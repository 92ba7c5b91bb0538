%% Tests that fail, each in a way of its own.
-module(fails_tests).

-include_lib("eunit/include/eunit.hrl").

equal_test() ->
    io:format("before the failure~n"),
    ?assertEqual(#{sum => 4}, #{sum => calc:add(1, 2)}).

match_test() ->
    ?assertMatch({ok, [_ | _]}, {error, calc:add(1, 2)}).

assert_test() ->
    ?assert(calc:add(1, 2) =:= 4).

exception_test() ->
    ?assertError(badarg, calc:divide(1, 0)).

no_exception_test() ->
    ?assertThrow(_, calc:add(1, 2)).

not_equal_test() ->
    ?assertNotEqual(3, calc:add(1, 2)).

crash_test() ->
    calc:divide(1, calc:add(1, -1)).

exit_test() ->
    exit({shutdown, "größe"}).

throw_test() ->
    throw(ball).

killed_test() ->
    exit(self(), kill),
    receive after infinity -> ok end.

linked_test() ->
    spawn_link(fun() -> exit(oops) end),
    receive after infinity -> ok end.

title_test_() ->
    {"a title", ?_assertEqual(1, 2)}.

slow_test_() ->
    {timeout, 0.2, fun() -> calc:forever() end}.

setup_test_() ->
    {setup, fun() -> error(no_setup) end, [?_test(ok)]}.

cleanup_test_() ->
    {setup, fun() -> ok end, fun(_) -> error(no_cleanup) end, [?_test(ok)]}.

generator_test_() ->
    error(no_generator).

wrong_test_() ->
    [{not_a, test, at_all}].

nowhere_test_() ->
    {no_such_module, no_such_test}.
