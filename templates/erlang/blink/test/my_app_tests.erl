-module(my_app_tests).
-include_lib("eunit/include/eunit.hrl").

levels_alternate_test() ->
    ?assertEqual(low, my_app:other(high)),
    ?assertEqual(high, my_app:other(my_app:other(high))).
