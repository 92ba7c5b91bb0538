%% A merge sort.
-module(list_sort).
-export([start/0, work/1]).

start() ->
    Start = erlang:monotonic_time(),
    repeat(10, 10000),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

repeat(0, _) -> ok;
repeat(N, Size) -> ?MODULE:work(Size), repeat(N - 1, Size).

work(N) -> sort(numbers(N, 7, [])).

sort([]) -> [];
sort([X]) -> [X];
sort(L) -> {A, B} = split(L, [], []), merge(sort(A), sort(B)).

split([], A, B) -> {A, B};
split([X | T], A, B) -> split(T, B, [X | A]).

merge([], B) -> B;
merge(A, []) -> A;
merge([X | A], [Y | _] = B) when X =< Y -> [X | merge(A, B)];
merge(A, [Y | B]) -> [Y | merge(A, B)].

%% Numbers that look random: a linear congruence that stays below 2^26.
numbers(0, _, L) -> L;
numbers(N, X, L) -> Next = (X * 1021 + 12345) rem 65521, numbers(N - 1, Next, [Next | L]).
