%% Functions of many clauses on atoms, integers and tuples: an evaluator of expressions.
-module(pattern_match).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(50, 2000),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> loop(N, expression(8), 0).

loop(0, _, Sum) -> Sum;
loop(N, E, Sum) -> loop(N - 1, E, (Sum + eval(E, N)) band 16#FFFF).

expression(0) -> x;
expression(D) -> {operator(D rem 4), expression(D - 1), {neg, expression(D div 2)}}.

operator(0) -> add; operator(1) -> sub; operator(2) -> mul; operator(3) -> max.

eval(x, X) -> X;
eval(N, _) when is_integer(N) -> N;
eval({neg, A}, X) -> -eval(A, X);
eval({add, A, B}, X) -> eval(A, X) + eval(B, X);
eval({sub, A, B}, X) -> eval(A, X) - eval(B, X);
eval({mul, A, B}, X) -> (eval(A, X) * eval(B, X)) rem 1009;
eval({max, A, B}, X) -> max(eval(A, X), eval(B, X)).
