-module(match_spec_heads).
-export([start/0]).

run(O, Ms) -> try erlang:match_spec_test(O, Ms, table) catch C:E -> {C, E} end.

each(_, []) -> ok;
each(F, [H | T]) -> F(H), each(F, T).

objects() ->
    [{}, {1}, {1, 1}, {1, 1.0}, {1, 2}, {a, {b, c}}, {a, [b, c]}, {a, [b | c]}, {[], {}}, {<<1, 2>>, <<1:3>>}, {#{a => 1}, #{}},
     {#{1 => 1, 2 => {2}}, x}, {"abc", "abc"}, {1 bsl 70, 1 bsl 70}, {1.5, 1.5}, {{1, {2, {3}}}, [1, [2, [3]]]}, {x, y, z}, {x, x, z}, {x, y, x}].

%% Each pattern with each object: which fit, and what the variables are.
start() ->
    Heads = ['_', '$1', {}, {'_'}, {'$1'}, {'$1', '$2'}, {'$1', '$1'}, {'$2', '$1'}, {1, '$1'}, {'$1', 1}, {'$1', 1.0}, {a, {'$1', '$2'}},
        {a, ['$1', '$2']}, {a, ['$1' | '$2']}, {a, [b | '$1']}, {'$1', ['$2' | c]}, {[], '$1'}, {'$1', {}}, {<<1, 2>>, '$1'}, {'$1', <<1:3>>},
        {#{}, '$1'}, {#{a => '$1'}, '$2'}, {#{1 => 1, 2 => '$1'}, '_'}, {#{2 => {'$1'}}, x}, {#{c => '_'}, '_'}, {'$1', #{}}, {"abc", '$1'},
        {[$a | '$1'], '_'}, {1 bsl 70, '$1'}, {'$1', 1 bsl 70}, {1.5, '$1'}, {{1, {'$1', {'$2'}}}, '$3'}, {{'$1', '$2'}, ['$1', '$3']},
        {'$1', [1, [2, ['$2']]]}, {'$1', '$2', '$3'}, {'$1', '$1', '$2'}, {'$1', '$2', '$1'}, {'_', '_', '_'}, {'$7', '$3', '$5'}, {'$0', '$00', '$1'},
        foo, 1, [], ['$1'], #{}, "abc", {'$_', '_'}, {'$$', '_'}, {'_', '$_'}],
    each(fun(H) -> erlang:display({H, [{O, R} || O <- objects(), {ok, R, [], []} <- [run(O, [{H, [], ['$$']}])], R =/= false]}) end, Heads),
    %% Many variables, not in their order.
    Many = list_to_tuple([list_to_atom([$$ | integer_to_list((I * 37) rem 101)]) || I <- seq(1, 100)]),
    {ok, R, [], []} = run(list_to_tuple([(I * 37) rem 101 || I <- seq(1, 100)]), [{Many, [], ['$$']}]),
    erlang:display(R =:= seq(1, 100)),
    Deep = deep(500, '$1'),
    erlang:display(run(deep(500, found), [{Deep, [], ['$1']}])),
    erlang:display(run(deep(499, found), [{Deep, [], ['$1']}])),
    erlang:display(run(deep(501, found), [{Deep, [], [{is_tuple, '$1'}]}])),
    ok.

deep(0, X) -> X;
deep(N, X) -> {a, [deep(N - 1, X)]}.

seq(I, N) when I > N -> [];
seq(I, N) -> [I | seq(I + 1, N)].
