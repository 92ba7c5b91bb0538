%% What Gleam's compiler makes of a program of ours, called with values of all kinds.
%% releases: 27 29
%% beside: fixtures/gleam/greeter.erl
-module(gleam).
-export([start/0]).

start() ->
    show(fun() -> greeter:start() end),
    Circle = {circle, 2.0},
    Shapes = [Circle, {rectangle, 1.5, 4.0}, {named, <<"a">>, {named, <<"b">>, Circle}}, {square, 1.0}, {circle, 2}, {circle, x}, nil],
    [show(fun() -> greeter:area(Shape) end) || Shape <- Shapes],
    [show(fun() -> greeter:safe_divide(A, B) end) || A <- [7, -7, 1 bsl 80, 1.5], B <- [2, -2, 0, 1 bsl 40]],
    [show(fun() -> greeter:map(List, fun erlang:abs/1) end) || List <- [[], [-1, 2], lists:seq(-40, -1), [a], [1 | 2], x]],
    [show(fun() -> greeter:sum(List) end) || List <- [[], [1, 2, 3], [1 bsl 70, -1], [a], [1 | b]]],
    Bits = [<<16#25, 1, 2, "rest">>, <<16#05, 1, 2>>, <<16#15, 0, 0>>, <<16#15, 0, 0:4>>, <<16#ff, 255, 255, 1:1>>, <<>>, <<2#0010:4, 3:4, 9:16, 5:3>>, x],
    [show(fun() -> greeter:parse(Data) end) || Data <- Bits],
    ok.

show(Call) ->
    erlang:display(
        try {ok, Call()}
        catch
            Class:Reason:Stack -> {Class, Reason, [{M, F, if is_list(A) -> length(A); true -> A end} || {M, F, A, _} <- Stack, M =:= greeter]}
        end
    ).
