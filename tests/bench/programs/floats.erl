%% Points of the Mandelbrot set.
-module(floats).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(5, 100),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> rows(N, N, 0).

rows(0, _, Sum) -> Sum;
rows(Y, N, Sum) -> rows(Y - 1, N, columns(N, Y, N, Sum)).

columns(0, _, _, Sum) -> Sum;
columns(X, Y, N, Sum) ->
    columns(X - 1, Y, N, Sum + point(0.0, 0.0, 3.0 * X / N - 2.0, 2.0 * Y / N - 1.0, 50)).

point(_, _, _, _, 0) -> 0;
point(A, B, X, Y, N) when A * A + B * B < 4.0 -> point(A * A - B * B + X, 2.0 * A * B + Y, X, Y, N - 1);
point(_, _, _, _, N) -> N.
