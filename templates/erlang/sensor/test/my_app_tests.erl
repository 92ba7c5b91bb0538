-module(my_app_tests).
-include_lib("eunit/include/eunit.hrl").

celsius_test_() ->
    [
        ?_assertEqual(25.5, my_app:celsius(<<16#19, 16#80>>)),
        ?_assertEqual(0.0625, my_app:celsius(<<16#00, 16#10>>)),
        ?_assertEqual(-25.0, my_app:celsius(<<16#e7, 16#00>>))
    ].
