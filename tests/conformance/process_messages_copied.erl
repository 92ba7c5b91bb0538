%% Terms of every kind survive being sent, and belong to the receiver.
-module(process_messages_copied).
-export([start/0, id/1]).

start() ->
    run(1, 6).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) ->
    [echo(id(V)) || V <- [a, 1, 1 bsl 100, -(1 bsl 70), 1.5, [], [1 | 2], {}, {a, {b}}, <<>>, <<1, 2, 3>>, <<5:3>>, #{a => 1}, "text"]];
t(2) -> byte_size(echo(binary:copy(<<7>>, 1000)));
t(3) ->
    echo(binary:part(id(<<"a binary that is long enough to be kept outside of the heap, with a part of it sent">>), 5, 30));
t(4) -> (echo(fun(X) -> X + 1 end))(id(2));
t(5) -> map_size(echo(big(100, #{})));
t(6) -> length(echo(list(10000, []))).

echo(V) ->
    Self = self(),
    Pid = spawn(fun() -> receive {P, M} -> P ! {self(), M} end end),
    Pid ! {Self, V},
    receive {Pid, R} -> R after 5000 -> lost end.

big(0, M) -> M;
big(N, M) -> big(N - 1, M#{N => {N}}).

list(0, L) -> L;
list(N, L) -> list(N - 1, [N | L]).
