-module(match_spec_guards).
-export([start/0]).

%% Every function that guards may call, with every kind of term.
terms() ->
    [0, 1, -1, 1 bsl 70, 1.5, -0.5, a, true, false, [], [1], [1, 2], {}, {a}, {a, 1}, <<>>, <<1, 2>>, <<1:3>>, #{}, #{a => 1}, "abc",
     [a | b], {element, 1}].

run(O, Ms) -> try erlang:match_spec_test(O, Ms, table) catch C:E -> {C, E} end.

each(_, []) -> ok;
each(F, [H | T]) -> F(H), each(F, T).

start() ->
    Unary = [is_atom, is_float, is_integer, is_list, is_number, is_pid, is_port, is_reference, is_tuple, is_map, is_binary, is_function,
        abs, hd, length, round, size, map_size, bit_size, byte_size, tl, trunc, float, '+', '-', 'bnot', 'not'],
    each(fun(F) ->
        erlang:display({F, [{element(2, run({T}, [{{'$1'}, [{F, '$1'}], [yes]}])), element(2, run({T}, [{{'$1'}, [], [{F, '$1'}]}]))} || T <- terms()]})
    end, Unary),
    Binary = ['+', '-', '*', '/', 'div', 'rem', 'band', 'bor', 'bxor', 'bsl', 'bsr', '>', '>=', '<', '=<', '=:=', '==', '=/=', '/=', 'xor'],
    each(fun(F) ->
        erlang:display({F, [[element(2, run({A, B}, [{{'$1', '$2'}, [], [{F, '$1', '$2'}]}])) || B <- [0, 2, -3, 1.0, a, true, {}, 1 bsl 40]]
            || A <- [1, 0, -7, 2.0, a, false, {}, 1 bsl 65]]})
    end, Binary),
    each(fun(F) ->
        erlang:display({F, [element(2, run({A, B}, [{{'$1', '$2'}, [], [{F, '$1', '$2'}]}]))
            || A <- [1, 2, a, 0, -1], B <- [{x, y}, [x], #{a => 1}, <<1, 2, 3>>, a]]})
    end, [element, is_map_key, map_get]),
    erlang:display([element(2, run({B, P, L}, [{{'$1', '$2', '$3'}, [], [{binary_part, '$1', '$2', '$3'}, {binary_part, '$1', {{'$2', '$3'}}}]}]))
        || B <- [<<1, 2, 3>>, a], P <- [0, 1, 3, -1, a], L <- [0, 1, 2, -1]]),
    erlang:display([element(2, run(O, [{'$1', [], [{is_record, '$1', T, S}]}]))
        || O <- [{a, 1}, {b, 1}, {a}, a, {1, 2}], T <- [a, b], S <- [1, 2, 3]]),
    erlang:display([element(2, run({x}, [{'_', [{'=:=', {node}, {node, {self}}}], [{is_pid, {self}}]}])), element(2, run({self()}, [{{'$1'}, [], [{'=:=', '$1', {self}}]}]))]),
    %% What guards come to.
    each(fun(Gs) -> erlang:display({Gs, [run({T}, [{{'$1'}, Gs, [yes]}, {'_', [], [no]}]) || T <- [1, true, false, a]]}) end,
        [[], ['$1'], [true], [false], [1], [true, '$1'], ['$1', true], [{'not', '$1'}], [[]], [{{}}], [{is_integer, '$1'}, {'>', '$1', 0}],
         [{'>', {'+', '$1', 1}, 1}], [{hd, '$1'}], [{'or', {is_atom, '$1'}, {'>', '$1', 0}}], ['$_'], ['$$']]),
    ok.
