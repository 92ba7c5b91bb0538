%% Every BIF of guards over terms of all types: in a guard it fails the clause, in a body it tells why.
-module(guard_bifs_refuse).
-export([start/0, id/1]).

start() ->
    Terms = [0, 3, -7, 1 bsl 70, 2.5, -0.75, 1.0e300, a, true, [], [1, 2], [1 | 2], {}, {x, y}, <<>>, <<1, 2, 3>>, <<1:4>>,
             #{}, #{a => b}, self(), fun() -> ok end],
    [[begin
          V = if N =:= 20 -> pid; N =:= 21 -> function; true -> T end,
          Body = try value(B, body(B, id(T))) catch C:R -> {C, reason(R)} end,
          erlang:display({B, V, guard(B, id(T)), Body})
      end || {N, T} <- number(1, Terms)]
     || B <- [abs, bit_size, byte_size, ceil, float, floor, hd, tl, length, map_size, round, trunc, size, tuple_size, negate,
              'bnot', element, map_get, is_map_key, binary_part, 'div', add, max, is_function]],
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

number(_, []) -> [];
number(N, [H | T]) -> [{N, H} | number(N + 1, T)].

value(abs, V) when is_float(V) -> V == 2.5 orelse V == 0.75 orelse V == 1.0e300;
value(negate, V) when is_float(V) -> {negative, V < 0};
value(_, V) -> shown(V).

%% A pid or a fun is not the same on each run.
shown(P) when is_pid(P) -> pid;
shown(F) when is_function(F) -> function;
shown(V) -> V.

reason({R, P}) when is_pid(P) -> {R, pid};
reason({R, F}) when is_function(F) -> {R, function};
reason(R) -> R.

guard(abs, T) when abs(T) >= 0 -> yes;
guard(bit_size, T) when bit_size(T) >= 0 -> yes;
guard(byte_size, T) when byte_size(T) >= 0 -> yes;
guard(ceil, T) when ceil(T) < a -> yes;
guard(float, T) when float(T) < a -> yes;
guard(floor, T) when floor(T) < a -> yes;
guard(hd, T) when hd(T) =:= 1 -> yes;
guard(tl, T) when tl(T) =/= 1 -> yes;
guard(length, T) when length(T) < 5 -> yes;
guard(map_size, T) when map_size(T) < 5 -> yes;
guard(round, T) when round(T) < a -> yes;
guard(trunc, T) when trunc(T) < a -> yes;
guard(size, T) when size(T) < 5 -> yes;
guard(tuple_size, T) when tuple_size(T) < 5 -> yes;
guard(negate, T) when -T < a -> yes;
guard('bnot', T) when bnot T < a -> yes;
guard(element, T) when element(2, T) =:= y -> yes;
guard(map_get, T) when map_get(a, T) =:= b -> yes;
guard(is_map_key, T) when is_map_key(a, T) -> yes;
guard(is_map_key, T) when not is_map_key(a, T) -> no_key;
guard(binary_part, T) when binary_part(T, 1, 2) =:= <<2, 3>> -> yes;
guard('div', T) when T div 2 < a, T rem 2 < a -> yes;
guard(add, T) when T + 1 < a, T * 2.0 < a -> yes;
guard(max, T) when T > 2, T =/= true, T < {} -> yes;
guard(is_function, T) when is_function(T, 0) -> yes;
guard(_, _) -> no.

body(abs, T) -> abs(T);
body(bit_size, T) -> bit_size(T);
body(byte_size, T) -> byte_size(T);
body(ceil, T) -> small(ceil(T));
body(float, T) -> float(T) == T;
body(floor, T) -> small(floor(T));
body(hd, T) -> hd(T);
body(tl, T) -> tl(T);
body(length, T) -> length(T);
body(map_size, T) -> map_size(T);
body(round, T) -> small(round(T));
body(trunc, T) -> small(trunc(T));
body(size, T) -> size(T);
body(tuple_size, T) -> tuple_size(T);
body(negate, T) -> -T;
body('bnot', T) -> bnot T;
body(element, T) -> element(2, T);
body(map_get, T) -> map_get(a, T);
body(is_map_key, T) -> is_map_key(a, T);
body(binary_part, T) -> binary_part(T, 1, 2);
body('div', T) -> {T div 2, T rem 2};
body(add, T) -> {T + 1 > T, T * 2.0 == T + T};
body(max, T) -> {shown(max(T, a)), shown(min(T, a))};
body(is_function, T) -> {is_function(T, 0), is_function(T, 1), is_function(T)}.

small(N) when abs(N) < 1 bsl 80 -> N;
small(N) -> {hash, erlang:phash2(N)}.
