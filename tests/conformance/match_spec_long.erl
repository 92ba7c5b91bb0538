%% Long match specifications: many clauses, wide and deep patterns, long guards and bodies; which clause is taken.
-module(match_spec_long).
-export([start/0]).

start() ->
    [clauses(N) || N <- [1, 10, 100, 1000]],
    [wide(N) || N <- [1, 15, 16, 17, 100, 255, 256, 300]],
    [deep(N) || N <- [1, 10, 100, 400]],
    [guards(N) || N <- [1, 10, 200]],
    [bodies(N) || N <- [1, 10, 200]],
    [lists(N) || N <- [1, 50, 500]],
    [nested(Op, N) || Op <- ['andalso', 'orelse', 'and', 'or', '+', 'not'], N <- [1, 5, 60]],
    ok.

run(O, Ms) -> try erlang:match_spec_test(O, Ms, table) of {ok, R, _, _} -> R; {error, _} -> error catch C:R -> {C, R} end.

clauses(N) ->
    Ms = [{{K, '$1'}, [{'>', '$1', K}], [{{K, '$1'}}]} || K <- numbers(1, N)] ++ [{{'$1', '$2'}, [], [{{other, '$2', '$1'}}]}],
    erlang:display({clauses, N, [run({K, V}, Ms) || K <- [1, N div 2 + 1, N, N + 1, a], V <- [0, 5, N + 5]]}).

wide(N) ->
    Head = list_to_tuple([variable(K) || K <- numbers(1, N)]),
    T = list_to_tuple(numbers(1, N)),
    R = run(T, [{Head, [], ['$$']}]),
    erlang:display({wide, N, R =:= numbers(1, N), run(T, [{Head, [{'=:=', variable(N), N}, {'=:=', {element, N, '$_'}, variable(N)}], [variable(N div 2 + 1)]}]),
                    run(setelement(N, T, x), [{setelement(1, Head, '_'), [{is_atom, variable(N)}], [variable(N)]}]), run(erlang:append_element(T, x), [{Head, [], [true]}])}).

variable(K) -> list_to_atom([$$ | integer_to_list(K)]).

deep(N) ->
    [erlang:display({deep, N, Kind, run(build(Kind, N, x), [{build(Kind, N, '$1'), [], ['$1']}]), run(build(Kind, N, x), [{build(Kind, N, y), [], [wrong]}]), run(build(Kind, N - 1, x), [{build(Kind, N, '$1'), [], ['$1']}]),
                     run(a, [{'_', [], [build(body(Kind), N, {self})]}]) =:= build(Kind, N, self())}) || Kind <- [tuple, list, tail, map]].

body(tuple) -> double;
body(K) -> K.

build(_, 0, X) -> X;
build(tuple, N, X) -> {build(tuple, N - 1, X)};
build(double, N, X) -> {{build(double, N - 1, X)}};
build(list, N, X) -> [build(list, N - 1, X)];
build(tail, N, X) -> [N | build(tail, N - 1, X)];
build(map, N, X) -> #{k => build(map, N - 1, X)}.

guards(N) ->
    G = [{'=/=', '$1', K} || K <- numbers(1, N)],
    erlang:display({guards, N, [run({V}, [{{'$1'}, G, [all]}, {'_', [], [not_all]}]) || V <- [0, 1, N, N + 1, a]], run({0}, [{{'$1'}, G ++ [{hd, '$1'}], [all]}])}).

bodies(N) ->
    B = [{{K, '$1'}} || K <- numbers(1, N)],
    erlang:display({bodies, N, run({v}, [{{'$1'}, [], B}]), run({v}, [{{'$1'}, [], [B]}]) =:= [{K, v} || K <- numbers(1, N)], run({v}, [{{'$1'}, [], [list_to_tuple([B])]}]) =:= false}).

lists(N) ->
    L = numbers(1, N),
    erlang:display({lists, N, run({L}, [{{['_' | '$1']}, [], [{length, '$1'}]}]), run({L}, [{{L}, [], [same]}]), run({L}, [{{L ++ '$1'}, [], ['$1']}]), run({L ++ [x]}, [{{L ++ '$1'}, [], ['$1']}]), run({'$1'}, [{{[const | L]}, [], [x]}])}).

nested(Op, N) ->
    [erlang:display({Op, N, V, run({V}, [{{'$1'}, [], [nest(Op, N)]}]), run({V}, [{{'$1'}, [nest(Op, N)], [yes]}])}) || V <- [true, false, 1]].

nest(_, 0) -> '$1';
nest('not', N) -> {'not', nest('not', N - 1)};
nest('+', N) -> {'+', nest('+', N - 1), N};
nest(Op, N) when N rem 2 =:= 0 -> {Op, nest(Op, N - 1), '$1'};
nest(Op, N) -> {Op, '$1', nest(Op, N - 1)}.

numbers(A, B) when A > B -> [];
numbers(A, B) -> [A | numbers(A + 1, B)].
