-module(match_spec_traces).
-export([start/0]).

run(L, Ms) -> try erlang:match_spec_test(L, Ms, trace) catch C:E -> {C, E} end.

each(_, []) -> ok;
each(F, [H | T]) -> F(H), each(F, T).

%% Specifications for lists of arguments.
start() ->
    Lists = [[], [1], [1, 2], [a, b, c], [{x, 1}]],
    Specs = [[{'_', [], []}], [{'$1', [], []}], [{[], [], []}], [{['$1'], [], []}], [{['$1', '$2'], [{'<', '$1', '$2'}], []}], [{['_' , '_', c], [], []}],
        [{[{x, '$1'}], [{is_integer, '$1'}], []}], [{[1], [], []}, {[a, '_', '_'], [], []}], [{['$1'], [{hd, '$1'}], []}]],
    each(fun(S) -> erlang:display({S, [run(L, S) || L <- Lists]}) end, Specs),
    ok.
