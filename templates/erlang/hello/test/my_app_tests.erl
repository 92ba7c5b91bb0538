-module(my_app_tests).
-include_lib("eunit/include/eunit.hrl").

greeting_test() ->
    ?assertEqual("Hello, board!\n", lists:flatten(my_app:greeting("board"))).
