%% Factorials and Fibonacci numbers of hundreds of digits, and their text.
-module(integers_big).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(700, 300),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> length(integer_to_list(factorial(N, 1) div fib(N * 5, 0, 1))).

factorial(0, F) -> F;
factorial(N, F) -> factorial(N - 1, F * N).

fib(0, A, _) -> A;
fib(N, A, B) -> fib(N - 1, B, A + B).
