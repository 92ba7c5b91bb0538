%% Keys that are equal but not the same, of all types and sizes: bound keys in patterns, updates, merges, removal, order.
-module(map_mixed_keys).
-export([start/0, id/1]).

start() ->
    Keys = [1, 1.0, 2, 2.0, 0, a, '1', "1", <<"1">>, <<1:1>>, [], {}, {1}, {1.0}, [1], [1.0], #{}, #{1 => 1}, #{1.0 => 1},
            1 bsl 64, float(1 bsl 64), -1, -1.0],
    Whole = fill(Keys, 0, #{}),
    erlang:display({size, map_size(Whole), length(Keys)}),
    [erlang:display({key, K, pattern(K, Whole), get(K, Whole), is_map_key(K, Whole), map_size(without(K, Whole)), pattern(K, without(K, Whole))}) || K <- Keys],
    [erlang:display({absent, K, pattern(K, Whole), attempt(fun() -> map_get(id(K), Whole) end), attempt(fun() -> Whole#{id(K) := x} end)})
     || K <- [3, 3.0, b, "2", <<>>, {2}, #{2 => 2}, (1 bsl 64) + 1, [[]]]],
    [erlang:display({update, K, [V || {_, V} <- pairs(Whole#{K := new}, Keys), V =:= new], map_size(Whole#{K => new})}) || K <- Keys],
    [erlang:display({two, A, B, two(A, B, Whole), two(A, B, #{A => left}), map_size(#{A => 1, B => 2}), #{A => 1} == #{B => 1}, #{A => 1} =:= #{B => 1}, compare(#{A => 1}, #{B => 1})})
     || A <- [1, 1.0, {1}, {1.0}, a], B <- [1, 1.0, {1}, {1.0}, a]],
    [erlang:display({wrong, M, attempt(fun() -> map_size((id(M))#{a => 1}) end), attempt(fun() -> (id(M))#{a := 1} end),
                     attempt(fun() -> map_get(a, id(M)) end), attempt(fun() -> is_map_key(a, id(M)) end),
                     case id(M) of #{} -> map; _ -> none end})
     || M <- [[], {}, a, 1, [{a, 1}], <<>>, #{}, #{b => 1}]],
    [erlang:display({grown, N, grown(N)}) || N <- [0, 1, 31, 32, 33, 34, 64, 200, 1000]],
    erlang:display({deep, (deep(id(30)))}),
    erlang:display({values, #{1 => a, 1.0 => b} == #{1 => a, 1.0 => b}, #{k => 1} == #{k => 1.0}, #{k => 1} =:= #{k => 1.0}, #{k => 1} < #{k => 1.5}}),
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

fill([], _, M) -> M;
fill([K | T], N, M) -> fill(T, N + 1, M#{K => N}).

pairs(M, Keys) -> [{K, map_get(K, M)} || K <- Keys, is_map_key(K, M)].

pattern(K, M) ->
    case M of #{K := V} -> {found, V}; #{} -> none end.

get(K, M) -> map_get(K, M).

%% Without library: the other keys again.
without(K, M) -> fold(fun(Q, V, Acc) when Q =/= K -> Acc#{Q => V}; (_, _, Acc) -> Acc end, M).

fold(F, M) -> fold(F, #{}, [1, 1.0, 2, 2.0, 0, a, '1', "1", <<"1">>, <<1:1>>, [], {}, {1}, {1.0}, [1], [1.0], #{}, #{1 => 1}, #{1.0 => 1},
                            1 bsl 64, float(1 bsl 64), -1, -1.0], M).

fold(_, Acc, [], _) -> Acc;
fold(F, Acc, [K | T], M) -> fold(F, F(K, map_get(K, M), Acc), T, M).

two(A, B, M) ->
    case M of
        #{A := V, B := V} -> {same, V};
        #{A := V, B := W} -> {both, V, W};
        #{A := V} -> {first, V};
        #{B := V} -> {second, V};
        _ -> neither
    end.

compare(A, B) when A < B -> less;
compare(A, B) when A > B -> greater;
compare(A, B) when A =:= B -> same;
compare(_, _) -> equal.

attempt(F) -> try F() catch C:R -> {C, R} end.

%% Integers and floats of the same value side by side, across the size where maps change their form.
grown(N) ->
    M = lists(N, #{}),
    {map_size(M), sum(N, M, 0), erlang:phash2(M), lists(N, #{}) =:= M, is_map_key(N * 1.0, M), is_map_key(N + 1, M)}.

lists(0, M) -> M;
lists(N, M) -> lists(N - 1, M#{N => i, float(N) => f, {N} => t}).

sum(0, _, S) -> S;
sum(N, M, S) ->
    F = float(N), T = {N},
    #{N := i, F := f, T := t} = M,
    sum(N - 1, M, S + N).

deep(0) -> #{};
deep(N) -> Outer = #{n => id(#{})}, #{n := M} = Outer#{n := deep(N - 1)}, case map_size(M) of 0 -> #{d => 1}; 1 -> M#{d := map_get(d, M) + 1} end.
