%% A merge sort.
-module(scaling_sort).
-export([start/0, work/1]).

%% Times for one size and twice the size, the better of three runs each.
start() ->
    N = base(),
    erlang:display({microseconds, best(3, N), best(3, 2 * N)}),
    ok.

best(1, N) -> once(N);
best(Runs, N) -> min(once(N), best(Runs - 1, N)).

%% In a process of its own, whose heap starts small.
once(N) ->
    Self = self(),
    Pid = spawn(fun() ->
        Start = erlang:monotonic_time(),
        ?MODULE:work(N),
        Time = erlang:monotonic_time() - Start,
        Self ! {self(), erlang:convert_time_unit(Time, native, microsecond)}
    end),
    receive {Pid, Time} -> Time end.

base() -> 80000.

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
