%% Variables of every spelling, once and again, in patterns, guards and bodies; what is no variable; '$_' and '$$' everywhere.
-module(match_spec_variables).
-export([start/0]).

start() ->
    Names = ['$0', '$1', '$01', '$001', '$9', '$10', '$99', '$100', '$1000', '$99999', '$100000000', '$', '$a', '$1a', '$-1', '$ 1', '$+1', '$1.0', '$$', '$_', '_', '__', '$$1', '$__', "$1", '1', ''],
    [erlang:display({N, run({x, y}, [{{N, y}, [], [matched]}]), run({N, y}, [{{N, y}, [], [N]}]), run({x, y}, [{{N, '_'}, [{'=:=', N, x}], [[N]]}]), run({x, y}, [{{'_', y}, [], [{{N, N}}]}])}) || N <- Names],
    [erlang:display({A, B, [element(2, run({X, Y}, [{{A, B}, [], ['$$']}])) || X <- values(), Y <- values()]}) || A <- ['$1', '$2', '_', 1, {'$1'}], B <- ['$1', '$2', '_', {'$1'}]],
    [erlang:display({P, [element(2, run({T}, [{{P}, [], [{{'$_', '$$'}}]}])) || T <- [{1, 1}, {1, 2}, {1, 1.0}, [1, 1], [1 | 1], [[1], 1], [], {1, [1, {1}]}, #{1 => 1, 2 => 1}, #{1 => 1, 2 => 2}]]})
     || P <- [{'$1', '$1'}, {'$1', '$2'}, {'$2', '$1'}, ['$1', '$1'], ['$1' | '$1'], [['$1'], '$1'], '$1', '$3', {'$1', ['$1', {'$1'}]}, #{1 => '$1', 2 => '$1'}, #{1 => '$2', 2 => '$1'}]],
    %% Not bound anywhere, or in the head only.
    [erlang:display({unbound, run({a}, [{{'$1'}, G, B}])}) || G <- [[], ['$2'], [{'=:=', '$2', a}], [{'orelse', true, '$2'}]], B <- [['$1'], ['$2'], [{{'$1', '$2'}}], [['$2' | '$1']], [{const, '$2'}], [#{k => '$2'}]]],
    %% Many, in no order, each twice.
    Many = [list_to_atom([$$ | integer_to_list((K * 53) rem 211)]) || K <- numbers(1, 60)],
    {ok, R} = run({list_to_tuple(numbers(1, 60)), numbers(1, 60)}, [{{list_to_tuple(Many), Many}, [], ['$$']}]),
    erlang:display({many, length(R), R}),
    erlang:display({one_wrong, element(2, run({list_to_tuple(numbers(1, 60)), numbers(2, 61)}, [{{list_to_tuple(Many), Many}, [], ['$$']}]))}),
    ok.

values() -> [1, 1.0, a, {1}, [1], <<1>>, 1 bsl 64].

run(O, Ms) -> try erlang:match_spec_test(O, Ms, table) of {error, L} -> {ok, {error, length(L)}}; {ok, V, _, _} -> {ok, V} catch C:E -> {C, E} end.

numbers(A, B) when A > B -> [];
numbers(A, B) -> [A | numbers(A + 1, B)].
