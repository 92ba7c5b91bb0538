%% element, setelement, tuple_size, append_element, make_tuple, conversions.
-module(tuple_bifs).
-export([start/0, id/1]).

start() ->
    run(1, 17).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [element(N, id({a, b, c})) || N <- [1, 2, 3]];
t(2) -> setelement(id(2), id({a, b, c}), x);
t(3) -> setelement(1, setelement(2, setelement(3, id({1, 2, 3}), c), b), a);
t(4) -> erlang:append_element(id({}), a);
t(5) -> erlang:append_element(id({a}), [b]);
t(6) -> erlang:make_tuple(id(3), []);
t(7) -> erlang:make_tuple(id(4), x, id([{2, b}, {4, d}, {2, last}]));
t(8) -> erlang:make_tuple(id(2), x, id([{3, b}]));
t(9) -> erlang:delete_element(id(2), id({a, b, c}));
t(10) -> erlang:insert_element(id(1), id({a, b}), new);
t(11) -> erlang:insert_element(id(3), id({a, b}), new);
t(12) -> erlang:insert_element(id(4), id({a, b}), new);
t(13) -> erlang:delete_element(id(4), id({a, b, c}));
t(14) -> tuple_to_list(id({}));
t(15) -> list_to_tuple(id([a, {b}, [c]]));
t(16) -> element(id(1.0), id({a}));
t(17) -> element(id(1 bsl 70), id({a})).
