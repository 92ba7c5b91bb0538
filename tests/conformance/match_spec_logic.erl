-module(match_spec_logic).
-export([start/0]).

run(O, Ms) -> try erlang:match_spec_test(O, Ms, table) catch C:E -> {C, E} end.

each(_, []) -> ok;
each(F, [H | T]) -> F(H), each(F, T).

%% and, or, andalso, orelse, not and xor with all kinds of operands, in guards and bodies, one in the other.
start() ->
    Values = [true, false, 1, {hd, '$1'}],
    each(fun(F) ->
        each(fun(A) ->
            erlang:display({F, A, run({x}, [{{'$1'}, [{F, A}], [yes]}, {'_', [], [no]}]), run({x}, [{{'$1'}, [], [{F, A}]}])}),
            each(fun(B) ->
                erlang:display({F, A, B, run({x}, [{{'$1'}, [{F, A, B}], [yes]}, {'_', [], [no]}]), run({x}, [{{'$1'}, [], [{F, A, B}]}])}),
                erlang:display({F, [run({x}, [{{'$1'}, [{F, A, B, C}], [yes]}, {'_', [], [no]}]) || C <- Values], [run({x}, [{{'$1'}, [], [{F, A, B, C}]}]) || C <- Values]})
            end, Values)
        end, Values)
    end, ['and', 'or', 'andalso', 'orelse']),
    each(fun(A) ->
        erlang:display({'not', A, run({x}, [{{'$1'}, [{'not', A}], [yes]}, {'_', [], [no]}]), run({x}, [{{'$1'}, [], [{'not', A}]}])}),
        erlang:display({'xor', A, [run({x}, [{{'$1'}, [], [{'xor', A, B}]}]) || B <- Values]})
    end, Values),
    each(fun(E) -> erlang:display({E, [run({T}, [{{'$1'}, [], [E]}]) || T <- [0, 1, 5, a, true, false]]}) end,
        [{'andalso', {is_integer, '$1'}, {'orelse', {'<', '$1', 1}, {'>', '$1', 4}}},
         {'orelse', {'andalso', {is_atom, '$1'}, '$1'}, {is_integer, '$1'}},
         {'orelse', {'andalso', '$1', true}, {'andalso', {is_integer, '$1'}, {'>', '$1', 0}, {'<', '$1', 3}}, last},
         {'andalso', {'orelse', false, true}, {'orelse', '$1', {'not', true}}, {'andalso', true, done}},
         {'and', {'or', {is_atom, '$1'}, {is_integer, '$1'}}, {'not', {'=:=', '$1', 5}}},
         {'not', {'andalso', {is_integer, '$1'}, {'not', {'orelse', {'=:=', '$1', 1}, {'=:=', '$1', 5}}}}},
         {{{'andalso', {is_atom, '$1'}, 1}, {'orelse', {is_atom, '$1'}, 2}}},
         [{'andalso', true, '$1'} | {'orelse', false, '$1'}], #{{'andalso', true, k} => {'orelse', '$1', v}}]),
    each(fun(E) -> erlang:display({E, run({x}, [{'_', [E], [true]}]), run({x}, [{'_', [], [E]}])}) end,
        [{'and'}, {'or'}, {'andalso'}, {'orelse'}, {'not'}, {'not', a, b}, {'xor', true}]),
    ok.
