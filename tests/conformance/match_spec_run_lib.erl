-module(match_spec_run_lib).
-export([start/0]).
-include_lib("stdlib/include/ms_transform.hrl").

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

start() ->
    L = [{I, I rem 3} || I <- lists:seq(1, 12)] ++ [{a, 1}, {b}, c, {x, y, z}, {1.5, 2}],
    Specs = [
        ets:fun2ms(fun({A, B}) when A > 5 -> {B, A} end),
        ets:fun2ms(fun({A, 1}) -> A end),
        ets:fun2ms(fun({A, B}) when is_integer(A), B =/= 0 -> [A | B] end),
        ets:fun2ms(fun({A, B} = O) when A =:= a; B =:= 2 -> O end),
        ets:fun2ms(fun({A}) -> {one, A}; ({A, _, C}) -> {three, A, C}; (_) -> other end),
        ets:fun2ms(fun(O) when size(O) =:= 2, element(2, O) =:= 0 -> O end),
        ets:fun2ms(fun({A, B}) when A rem 2 =:= 0, B >= 1 -> A * 10 + B end),
        ets:fun2ms(fun({A, B}) when is_number(A) andalso (A < 3 orelse A > 11) -> #{A => B} end)],
    [begin
        M = ets:match_spec_compile(S),
        t(I, fun() -> {ets:is_compiled_ms(M), ets:match_spec_run(L, M)} end),
        t({test, I}, fun() -> [ets:test_ms(O, S) || O <- L, is_tuple(O)] end)
    end || {I, S} <- lists:zip(lists:seq(1, length(Specs)), Specs)],
    [t({no_specification, X}, fun() -> {ets:is_compiled_ms(X)} end) || X <- [a, 1, {}, <<>>, []]],
    t(reference, fun() -> ets:is_compiled_ms(make_ref()) end),
    t(is_reference, fun() -> is_reference(ets:match_spec_compile([{'_', [], [1]}])) end),
    [t({bad, X}, fun() -> ets:match_spec_compile(X) end) || X <- [a, [], [a], [{a, b}], [{'_', [], []}], [{'_', [], ['$1']}]]],
    M = ets:match_spec_compile([{'$1', [], ['$1']}]),
    t(bad_list, fun() -> ets:match_spec_run(a, M) end),
    t(improper, fun() -> ets:match_spec_run([{a} | b], M) end),
    t(bad_compiled, fun() -> ets:match_spec_run([{a}], x) end),
    t(empty, fun() -> ets:match_spec_run([], M) end),
    t(sent, fun() ->
        Self = self(),
        P = spawn(fun() -> receive {run, X} -> Self ! {ran, ets:match_spec_run([{1}, {2}], X)} end end),
        P ! {run, M},
        receive {ran, R} -> R end
    end),
    t(large, fun() -> length(ets:match_spec_run([{I, I} || I <- lists:seq(1, 5000)], ets:match_spec_compile([{{'$1', '_'}, [{'<', '$1', 1000}], ['$1']}]))) end),
    ok.
