%% Records within records, maps and tuples: defaults that call, updates deep inside, matches, wrong records.
-module(record_nesting).
-export([start/0, id/1]).

-record(point, {x = 0, y = 0}).
-record(line, {from = #point{}, to = #point{x = 1, y = 1}, style = #{}}).
-record(picture, {name = "none", lines = [], frame = #line{}, made = make(3)}).
-record(empty, {}).
-record('odd name', {'a field' = 1, b}).

start() ->
    [erlang:display({made, T, attempt(fun() -> make(id(T)) end)}) || T <- [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    Ps = [#picture{}, #picture{name = "p", lines = [#line{}, #line{style = #{w => 2}}]}, #picture{frame = #line{to = #point{x = 5}}}],
    [erlang:display({N, update(N, id(P))}) || P <- Ps, N <- [1, 2, 3, 4, 5, 6, 7, 8]],
    [erlang:display({match, V, match(id(V))})
     || V <- [#point{}, #point{x = 1}, #point{x = 2, y = 2}, {point, 1}, {point, 1, 2, 3}, {pt, 1, 2}, #line{}, #line{from = a},
              #line{to = #point{x = 9}}, #empty{}, {empty, 1}, empty, #'odd name'{}, [point], #{}]],
    [erlang:display({wrong, V, [attempt(fun() -> wrong(N, id(V)) end) || N <- [1, 2, 3, 4, 5]], guards(id(V))})
     || V <- [#point{}, {point, 1}, {}, {line, 1, 2, 3}, a, [], <<>>, 1.5, #{}, #line{}]],
    erlang:display({places, [#point.x, #point.y, #line.style, #picture.made, #'odd name'.b], record_info(size, empty), record_info(fields, 'odd name')}),
    [erlang:display({elements, N, [element(N, V) || V <- [#line{}, #picture{}], tuple_size(V) >= N]}) || N <- [1, 2, 3, 4, 5]],
    erlang:display({many, moved(id(200), #point{})}),
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

make(1) -> #point{};
make(2) -> #point{_ = id(7)};
make(3) -> [id(default)];
make(4) -> #line{from = #point{y = 3}, _ = rest};
make(5) -> #picture{name = <<"n">>};
make(6) -> #picture{made = 1};
make(7) -> #empty{};
make(8) -> #'odd name'{};
make(9) -> #'odd name'{'a field' = #'odd name'{b = #empty{}}};
make(10) -> (#picture{lines = [1 | 2]})#picture.lines;
make(11) -> #point{x = #point{x = #point{x = id(1)}}}.

update(1, P) -> P#picture{name = [$q | P#picture.name]};
update(2, P) -> P#picture{frame = (P#picture.frame)#line{to = ((P#picture.frame)#line.to)#point{y = 42}}};
update(3, P) -> P#picture.frame#line.to#point.x;
update(4, P) -> [L#line.style || L <- P#picture.lines];
update(5, P) -> P#picture{lines = [L#line{style = (L#line.style)#{c => red}} || L <- P#picture.lines]};
update(6, P) -> P#picture.frame#line.from#point{x = -1};
update(7, P) -> #{p => P#picture.frame#line{style = #{n => #{m => P#picture.name}}}};
update(8, #picture{frame = #line{to = #point{x = X} = To} = F} = P) -> P#picture{frame = F#line{from = To#point{y = X}}, lines = none}.

match(#point{x = 0, y = 0}) -> origin;
match(#point{x = X, y = X}) -> {diagonal, X};
match(#point{x = X}) when X > 0 -> {right, X};
match(#line{from = #point{}, to = #point{x = X}}) -> {line, X};
match(#line{} = L) -> {crooked, L#line.from};
match(#empty{}) -> empty_record;
match(#'odd name'{'a field' = A}) -> {odd, A};
match(_) -> none.

wrong(1, V) -> V#point.x;
wrong(2, V) -> V#point{x = 3};
wrong(3, V) -> #line{to = T} = V, T;
wrong(4, V) -> V#line.to#point.y;
wrong(5, V) -> V#point{}.

guards(V) ->
    [is_record(V, point), is_record(V, line, 4), is_record(V, point, 3),
     if V#point.x =:= 0 -> yes; true -> no end,
     if is_record(V, point), V#point.y > 5 -> yes; not is_record(V, point) -> other; true -> no end].

attempt(F) -> try F() catch C:R -> {C, R} end.

moved(0, P) -> P;
moved(N, #point{x = X} = P) when N rem 2 =:= 0 -> moved(N - 1, P#point{x = X + N});
moved(N, #point{y = Y} = P) -> moved(N - 1, P#point{y = Y - N}).
