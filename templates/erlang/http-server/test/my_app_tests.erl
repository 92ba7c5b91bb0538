-module(my_app_tests).
-include_lib("eunit/include/eunit.hrl").

%% The page counts: the counter runs while the test does.
visits_are_counted_test() ->
    {ok, Counter} = my_app_counter:start_link(),
    Request = #{method => <<"GET">>, path => <<"/">>},
    ?assertMatch({200, _, "This is the first visit.\n"}, my_app_web:handle(Request, undefined)),
    {200, _, Second} = my_app_web:handle(Request, undefined),
    ?assertEqual("There were 2 visits.\n", lists:flatten(Second)),
    gen_server:stop(Counter).

other_paths_are_not_found_test() ->
    ?assertMatch({404, _}, my_app_web:handle(#{method => <<"GET">>, path => <<"/other">>}, undefined)).

the_supervisor_has_two_children_test() ->
    {ok, {Flags, Children}} = my_app_sup:init(8080),
    ?assertEqual(ok, supervisor:check_childspecs(Children)),
    ?assertEqual(one_for_one, maps:get(strategy, Flags)),
    ?assertEqual([counter, web], [Id || #{id := Id} <- Children]).
