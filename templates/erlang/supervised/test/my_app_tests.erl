-module(my_app_tests).
-include_lib("eunit/include/eunit.hrl").

counting_test() ->
    {ok, Counter} = my_app_counter:start_link(),
    ?assertEqual([1, 2, 3], [my_app_counter:next() || _ <- [a, b, c]]),
    gen_server:stop(Counter).

a_crashed_counter_is_started_again_test() ->
    {ok, Supervisor} = my_app_sup:start_link(),
    1 = my_app_counter:next(),
    ok = my_app_counter:crash(),
    _ = supervisor:count_children(Supervisor),
    ?assertEqual(1, my_app_counter:next()),
    gen_server:stop(Supervisor).
