%% Random operations on atomics and counters against integers that wrap at 64 bits.
-module(atomics_model).
-export([start/0]).

start() ->
    [run(Kind, 17 + N, 400, make(Kind), #{1 => 0, 2 => 0, 3 => 0}) || Kind <- [signed, unsigned, counters, write_concurrency], N <- [1, 2]],
    ok.

make(signed) -> atomics:new(3, []);
make(unsigned) -> atomics:new(3, [{signed, false}]);
make(counters) -> counters:new(3, []);
make(write_concurrency) -> counters:new(3, [write_concurrency]).

next(S) -> (S * 1103515245 + 12345) band 16#7fffffff.

value(Kind, S) ->
    V = case (S bsr 9) rem 6 of
            0 -> (S bsr 12) rem 10;
            1 -> (1 bsl 63) - 1 - (S bsr 12) rem 3;
            2 -> 1 bsl 62;
            3 -> S * S;
            4 -> -((S bsr 12) rem 10);
            5 -> -(1 bsl 63) + (S bsr 12) rem 3
        end,
    case Kind of unsigned -> V band 16#ffffffffffffffff; _ -> V end.

%% What is taken away is added with the other sign, which must fit.
half(V) when V > 1 bsl 63 -> V - (1 bsl 63);
half(V) -> V.

wrap(unsigned, X) -> X band 16#ffffffffffffffff;
wrap(_, X) -> case X band 16#ffffffffffffffff of Y when Y >= 1 bsl 63 -> Y - (1 bsl 64); Y -> Y end.

run(Kind, _, 0, _, M) -> erlang:display({Kind, M});
run(Kind, S0, N, A, M) ->
    S1 = next(S0), S2 = next(S1), S3 = next(S2),
    I = (S1 bsr 9) rem 3 + 1, V = value(Kind, S2), #{I := Old} = M,
    {Op, Result, Wanted, New} =
        case {(S3 bsr 9) rem 10, Kind} of
            {0, K} when K =:= signed; K =:= unsigned -> {add, atomics:add(A, I, V), ok, wrap(Kind, Old + V)};
            {1, K} when K =:= signed; K =:= unsigned -> {sub, atomics:sub(A, I, half(V)), ok, wrap(Kind, Old - half(V))};
            {2, K} when K =:= signed; K =:= unsigned -> {add_get, atomics:add_get(A, I, V), wrap(Kind, Old + V), wrap(Kind, Old + V)};
            {3, K} when K =:= signed; K =:= unsigned -> {sub_get, atomics:sub_get(A, I, half(V)), wrap(Kind, Old - half(V)), wrap(Kind, Old - half(V))};
            {4, K} when K =:= signed; K =:= unsigned -> {exchange, atomics:exchange(A, I, V), Old, V};
            {5, K} when K =:= signed; K =:= unsigned -> {compare, atomics:compare_exchange(A, I, Old, V), ok, V};
            {6, K} when K =:= signed; K =:= unsigned -> {compare_other, atomics:compare_exchange(A, I, wrap(Kind, Old + 1), V), Old, Old};
            {X, K} when X < 8, K =:= signed orelse K =:= unsigned -> {put, atomics:put(A, I, V), ok, V};
            {_, K} when K =:= signed; K =:= unsigned -> {get, atomics:get(A, I), Old, Old};
            {X, _} when X < 3 -> {add, counters:add(A, I, V), ok, wrap(Kind, Old + V)};
            {X, _} when X < 6 -> {sub, counters:sub(A, I, V), ok, wrap(Kind, Old - V)};
            {6, _} -> {put, counters:put(A, I, V), ok, V};
            _ -> {get, counters:get(A, I), Old, Old}
        end,
    case Result =:= Wanted of
        true -> N rem 10 =:= 0 andalso erlang:display({Kind, Op, I, V, Result, New});
        false -> erlang:display({different, Kind, Op, I, V, Result, Wanted})
    end,
    run(Kind, S3, N - 1, A, M#{I := New}).
