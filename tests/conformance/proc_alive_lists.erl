%% processes/0 and is_process_alive/1 while processes come and go.
-module(proc_alive_lists).
-export([start/0]).

start() ->
    Before = length(processes()),
    Pids = [spawn(fun() -> receive stop -> ok end end) || _ <- numbers(50)],
    All = processes(),
    erlang:display({grown, length(All) - Before, length([P || P <- Pids, member(P, All)]), member(self(), All)}),
    erlang:display({alive, [X || P <- Pids, X <- [is_process_alive(P)], not X]}),
    {Half, Rest} = split(25, Pids),
    Refs = [monitor(process, P) || P <- Half],
    [P ! stop || P <- Half],
    [receive {'DOWN', R, _, _, _} -> ok end || R <- Refs],
    Left = processes(),
    erlang:display({left, length([P || P <- Pids, member(P, Left)]), length([P || P <- Half, is_process_alive(P)]), length([P || P <- Rest, is_process_alive(P)])}),
    erlang:display({self, is_process_alive(self())}),
    erlang:display({errors, [try is_process_alive(X) catch C:R -> {C, R} end || X <- [a, 1, [], "p", make_ref_tuple()]]}),
    [exit(P, kill) || P <- Rest],
    erlang:display({none, [P || P <- Rest, is_process_alive(P)]}),
    Unique = [spawn(fun() -> ok end) || _ <- numbers(500)],
    erlang:display({unique, length(unique(Unique, #{}))}),
    erlang:display({ordered, ordered(numbers_of(20))}),
    ok.

make_ref_tuple() -> {}.

%% Of pids made one after the other each is greater than the one before, seldom aside.
numbers_of(0) -> [];
numbers_of(N) -> [spawn(fun() -> ok end) | numbers_of(N - 1)].
ordered(L) -> length([X || X <- L, is_pid(X)]).

unique([], Map) -> maps:keys(Map);
unique([H | T], Map) -> unique(T, Map#{H => true}).

split(0, L) -> {[], L};
split(N, [H | T]) -> {A, B} = split(N - 1, T), {[H | A], B}.

member(X, [X | _]) -> true;
member(X, [_ | T]) -> member(X, T);
member(_, []) -> false.

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
