%% The first frame of a failed BIF: its module, name and arguments or arity.
-module(stacktrace_bif).
-export([start/0, id/1]).

start() ->
    run(1, 16).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> top(fun() -> id(a) + id(1) end);
t(2) -> top(fun() -> hd(id([])) end);
t(3) -> top(fun() -> element(id(3), id({})) end);
t(4) -> top(fun() -> atom_to_list(id(1)) end);
t(5) -> top(fun() -> list_to_tuple(id(a)) end);
t(6) -> top(fun() -> length(id([1 | 2])) end);
t(7) -> top(fun() -> map_get(id(a), id(#{})) end);
t(8) -> top(fun() -> lists:reverse(id(a), []) end);
t(9) -> top(fun() -> maps:get(id(a), id(#{b => 1})) end);
t(10) -> top(fun() -> maps:put(id(a), 1, id([])) end);
t(11) -> top(fun() -> binary:part(id(<<1>>), 2, 3) end);
t(12) -> top(fun() -> math:sqrt(id(a)) end);
t(13) -> top(fun() -> no_module:f(id(1), 2) end);
t(14) -> top(fun() -> apply(id(no_module), f, [1]) end);
t(15) -> top(fun() -> (id(fun id/1))(1, 2) end);
t(16) -> top(fun() -> error(r, [id(1), b]) end).

top(F) ->
    try F() catch C:R:S -> [{M, N, A, _} | _] = S, {C, show(R), M, N, show_arguments(N, A)} end.

show({badarity, {_, A}}) -> {badarity, A};
show(R) -> R.

%% A fun's name tells its place in the module: not of interest here.
show_arguments(_, A) when is_list(A) -> [case is_function(X) of true -> function; false -> X end || X <- A];
show_arguments(_, A) -> A.
