%% Maps in patterns, guards and bodies: small ones and large ones, with variables as values, with keys of every kind.
-module(match_spec_maps).
-export([start/0]).

start() ->
    Objects = [#{}, #{a => 1}, #{a => 2, b => 2}, #{1 => x}, #{1.0 => x}, #{"k" => [1]}, #{{t} => #{a => 1}}, #{<<"b">> => 1}, #{a => #{b => #{c => 3}}}, large(40), (large(40))#{a => 1}, a, [], {a}],
    Heads = ['$1', #{}, #{a => '$1'}, #{a => 1}, #{a => 1.0}, #{a => '$1', b => '$1'}, #{a => '$1', b => '$2'}, #{1 => '$1'}, #{1.0 => '$1'}, #{"k" => ['$1']}, #{{t} => #{a => '$1'}}, #{<<"b">> => '_'},
             #{a => #{b => #{c => '$1'}}}, #{a => #{b => '$1'}}, #{a => #{}}, #{k => '$1'}, #{{key, 7} => '$1'}, #{{key, 7} => '$1', {key, 30} => '$2', {key, 99} => '$3'}, #{{key, 7} => '$1', {key, 30} => '$2'},
             #{'$1' => 1}, #{'_' => 1}, #{'_' => '_'}, #{a => '_'}, large(40), (large(39))#{a => '$1'}, (large(40))#{a => '$1'}],
    [erlang:display({head, short(H), [short(run({O}, [{{H}, [], ['$$']}])) || O <- Objects]}) || H <- Heads],
    Guards = [{map_size, '$1'}, {is_map, '$1'}, {map_get, a, '$1'}, {is_map_key, a, '$1'}, {'==', '$1', #{a => 1}}, {'==', '$1', #{a => 1.0}}, {'=:=', '$1', #{a => 1.0}}, {'>', '$1', #{a => 1}}, {'<', {map_size, '$1'}, 2},
              {'=:=', {map_get, a, '$1'}, 1}, {'==', {map_get, 1, '$1'}, x}, {map_get, {const, {key, 7}}, '$1'}, {is_map_key, {{t}}, '$1'}, {is_map_key, {const, {t}}, '$1'}, {map_get, b, {map_get, a, '$1'}},
              {'andalso', {is_map, '$1'}, {'>', {map_size, '$1'}, 30}}, {'=:=', '$1', #{a => {'-', 2, 1}}}, {'=:=', #{}, '$1'}, {is_map, #{x => '$1'}}, {map_size, #{2 => '$1', 1 => '$1'}}, {map_get, x, #{x => true}}],
    [erlang:display({guard, G, [short(run({O}, [{{'$1'}, [G], [yes]}])) || O <- Objects], [short(run({O}, [{{'$1'}, [], [G]}])) || O <- Objects]}) || G <- Guards],
    Bodies = [#{v => '$1'}, #{'$1' => v}, #{'$1' => '$1'}, #{{'$1'} => 1}, #{v => {{'$1', '$1'}}}, #{v => {'+', 1, 2}}, #{{'+', 1, 2} => v}, #{v => {const, {'$1'}}}, #{v => #{w => ['$1']}}, {const, #{v => '$1'}}, #{v => '$_'},
              #{v => '$$'}, #{v => '$2'}, #{v => {hd, []}}, [#{} | '$1'], {{#{a => '$1'}}}, body(40)],
    [erlang:display({body, short(B), [short(run({O}, [{{'$1'}, [], [B]}])) || O <- [1, a, #{k => v}, [x]]]}) || B <- Bodies],
    ok.

body(N) -> build(N, #{v => '$1'}).
large(N) -> build(N, #{}).
build(0, M) -> M;
build(N, M) -> build(N - 1, M#{{key, N} => N * N}).

%% Maps have no order that all agree on.
short(M) when is_map(M), map_size(M) > 1 -> {map, map_size(M), erlang:phash2(M)};
short([H | T]) -> [short(H) | short(T)];
short({ok, R, [], _}) -> short(R);
short({error, L}) when is_list(L) -> error;
short(T) when is_tuple(T) -> list_to_tuple(short(tuple_to_list(T)));
short(X) -> X.

run(O, Ms) -> try erlang:match_spec_test(O, Ms, table) catch C:E -> {C, E} end.
