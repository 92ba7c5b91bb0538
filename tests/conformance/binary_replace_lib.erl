-module(binary_replace_lib).
-export([start/0]).

%% binary:replace in all forms.
start() ->
    Subject = <<"abcdebcd">>,
    erlang:display(binary:replace(Subject, <<"bc">>, <<"X">>)),
    erlang:display(binary:replace(Subject, <<"bc">>, <<>>, [global])),
    erlang:display(binary:replace(Subject, [<<"b">>, <<"d">>], <<"[]">>, [global, {insert_replaced, 1}])),
    erlang:display(binary:replace(Subject, [<<"b">>, <<"d">>], <<"[]">>, [global, {insert_replaced, [1, 1]}])),
    erlang:display(binary:replace(Subject, [<<"b">>, <<"d">>], <<"[-]">>, [global, {insert_replaced, [2, 0, 1]}])),
    erlang:display(binary:replace(Subject, <<"bc">>, <<"..">>, [{insert_replaced, []}])),
    erlang:display(binary:replace(Subject, <<"bc">>, <<"..">>, [{insert_replaced, 2}, global])),
    erlang:display(binary:replace(Subject, <<"bc">>, <<"!">>, [global, {scope, {3, 5}}])),
    erlang:display(binary:replace(Subject, <<"bc">>, <<"!">>, [global, {scope, {3, -3}}])),
    erlang:display(binary:replace(Subject, <<"zz">>, <<"!">>, [global])),
    erlang:display(binary:replace(Subject, binary:compile_pattern([<<"cd">>, <<"a">>]), <<"-">>, [global])),
    erlang:display(binary:replace(<<>>, <<"a">>, <<"b">>)),
    Large = binary:copy(<<"abc">>, 1000),
    erlang:display(erlang:md5(binary:replace(Large, <<"ca">>, <<"_">>, [global, {insert_replaced, 0}]))),
    <<_:3, Shifted:6/binary, _/bits>> = <<5:3, "xayaza", 1:5>>,
    erlang:display(binary:replace(Shifted, <<"a">>, <<"bb">>, [global])),
    Bad = [[Subject, <<>>, <<"a">>, []], [Subject, a, <<"a">>, []], [a, <<"a">>, <<"a">>, []], [Subject, <<"a">>, a, []],
           [Subject, <<"a">>, <<"b">>, [other]], [Subject, <<"a">>, <<"b">>, a], [Subject, <<"a">>, <<"b">>, [global | a]],
           [Subject, <<"a">>, <<"b">>, [{insert_replaced, 2}]], [Subject, <<"a">>, <<"b">>, [{insert_replaced, -1}]],
           [Subject, <<"a">>, <<"b">>, [{insert_replaced, a}]], [Subject, <<"a">>, <<"b">>, [{scope, {0, 9}}]],
           [Subject, <<"a">>, <<"b">>, [trim]], [<<1:3>>, <<"a">>, <<"b">>, []], [Subject, <<"a">>, <<1:3>>, []]],
    [erlang:display(try apply(binary, replace, A) catch C:R -> {C, R} end) || A <- Bad],
    erlang:display(catch_all(fun() -> binary:replace(Subject, <<"a">>, b) end)),
    ok.

catch_all(F) ->
    try F() catch C:R -> {C, R} end.
