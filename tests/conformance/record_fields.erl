%% Records: defaults, access, update, matching, nesting, wrong records.
-module(record_fields).
-export([start/0, id/1]).

-record(r, {a, b = two, c = [3]}).
-record(s, {v = 0}).

start() ->
    run(1, 15).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> #r{};
t(2) -> #r{a = id(1), _ = id(x)};
t(3) -> (id(#r{a = 5}))#r.a;
t(4) -> (id(#r{a = 5}))#r{b = 6, c = 7};
t(5) -> (id({r, 1, 2}))#r.a;
t(6) -> (id(a))#r.a;
t(7) -> (id({s, 1, 2, 3}))#r{a = 1};
t(8) -> {#r.a, #r.c, record_info(size, r), record_info(fields, r)};
t(9) -> [f(id(R)) || R <- [#r{a = 1}, #r{b = x}, #r{c = #s{v = 3}}, {r}, #s{}, a]];
t(10) -> ((id(#r{c = #s{v = 9}}))#r.c)#s.v;
t(11) -> is_record(id({r, 1, 2, 3}), r);
t(12) -> is_record(id({r, 1, 2}), r);
t(13) -> is_record(id({r, 1}), id(r), id(2));
t(14) -> is_record(id({r, 1}), id(q), id(2));
t(15) -> setelement(#r.b, id(#r{}), seen).

f(#r{a = 1}) -> a_one;
f(#r{b = x}) -> b_x;
f(#r{c = #s{v = V}}) -> {nested, V};
f(R) when is_record(R, s) -> s;
f(_) -> other.
