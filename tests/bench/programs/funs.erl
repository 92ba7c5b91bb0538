%% map and fold with funs that have an environment.
-module(funs).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(150, 10000),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> K = N rem 7, fold(fun(X, S) -> X + S + K end, 0, map(fun(X) -> X * K end, seq(N, []))).

map(F, [H | T]) -> [F(H) | map(F, T)];
map(_, []) -> [].

fold(F, Acc, [H | T]) -> fold(F, F(H, Acc), T);
fold(_, Acc, []) -> Acc.

seq(0, L) -> L;
seq(N, L) -> seq(N - 1, [N | L]).
