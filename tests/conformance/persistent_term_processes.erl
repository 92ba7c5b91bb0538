-module(persistent_term_processes).
-export([start/0]).

%% What one process puts, others get, also when it is gone.
start() ->
    {P, R} = spawn_monitor(fun() ->
        persistent_term:put({?MODULE, 1}, {self(), [1, 2, 3], <<1:4000>>, "text"}),
        persistent_term:put({?MODULE, 2}, fun(X) -> X + 1 end)
    end),
    receive {'DOWN', R, process, P, normal} -> ok end,
    {P2, L, B, S} = persistent_term:get({?MODULE, 1}),
    erlang:display({P2 =:= P, L, B =:= <<1:4000>>, S}),
    F = persistent_term:get({?MODULE, 2}),
    erlang:display(F(1)),
    Self = self(),
    Ps = [spawn(fun() -> erlang:garbage_collect(), Self ! {self(), element(2, persistent_term:get({?MODULE, 1}))} end) || _ <- [1, 2, 3, 4]],
    erlang:display([receive {X, Y} -> Y end || X <- Ps]),
    persistent_term:put({?MODULE, 1}, changed),
    erlang:display({P2 =:= P, L, B =:= <<1:4000>>, persistent_term:get({?MODULE, 1})}),
    erlang:display({persistent_term:erase({?MODULE, 1}), persistent_term:erase({?MODULE, 2}), F(2), L}),
    Count = atomics:new(3, []),
    persistent_term:put(?MODULE, Count),
    Qs = [spawn_monitor(fun() -> [atomics:add(persistent_term:get(?MODULE), I, I) || I <- [1, 2, 3]] end) || _ <- [1, 2, 3, 4, 5]],
    [receive {'DOWN', M, process, Q, normal} -> ok end || {Q, M} <- Qs],
    erlang:display([atomics:get(persistent_term:get(?MODULE), I) || I <- [1, 2, 3]]),
    erlang:display(persistent_term:erase(?MODULE)),
    erlang:garbage_collect(),
    erlang:display([atomics:get(Count, I) || I <- [1, 2, 3]]),
    ok.
