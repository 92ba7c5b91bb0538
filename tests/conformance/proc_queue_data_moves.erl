%% message_queue_data changed while messages of every kind are in the queue, before and after collections: all arrive, in their order.
-module(proc_queue_data_moves).
-export([start/0]).

start() ->
    [one(From, To, Count, When) || From <- [on_heap, off_heap], To <- [on_heap, off_heap, both_ways], Count <- [0, 1, 30], When <- [before, between, behind, collected, sent_by_other, at_spawn, selective]],
    ok.

one(From, To, Count, When) ->
    Me = self(),
    Ms = messages(Count),
    Run = fun() ->
        Old = process_flag(message_queue_data, From),
        Me ! {self(), ready},
        receive go -> ok end,
        When =:= before andalso change(To),
        When =:= sent_by_other orelse [self() ! M || M <- Ms],
        When =:= between andalso change(To),
        When =:= between andalso [self() ! M || M <- Ms],
        When =:= collected andalso begin erlang:garbage_collect(), change(To), erlang:garbage_collect() end,
        When =:= sent_by_other andalso begin receive all_sent -> ok end, change(To) end,
        self() ! last,
        When =:= selective andalso begin self() ! {x, y}, receive {x, y} -> change(To) end end,
        When =:= behind andalso change(To),
        numbers(2000),
        Length = element(2, process_info(self(), message_queue_len)),
        Got = until_last(),
        Wanted = case When of between -> Ms ++ Ms; _ -> Ms end,
        exit({Old, Got =:= Wanted, Length, element(2, process_info(self(), message_queue_data)), element(2, process_info(self(), message_queue_len))})
    end,
    {P, R} = spawn_opt(Run, [monitor | case When of at_spawn -> [{message_queue_data, From}]; _ -> [] end]),
    receive {P, ready} -> ok end,
    P ! go,
    When =:= sent_by_other andalso begin [P ! M || M <- Ms], P ! all_sent end,
    erlang:display({From, To, Count, When, receive {'DOWN', R, process, P, X} -> X end}).

change(both_ways) -> [process_flag(message_queue_data, V) || V <- [on_heap, off_heap, on_heap, off_heap]];
change(To) -> process_flag(message_queue_data, To).

messages(0) -> [];
messages(N) -> [element(N rem 6 + 1, {N, {N, [N]}, list_to_binary(numbers(N * 5)), #{N => "text"}, N bsl 70, numbers(N)}) | messages(N - 1)].

until_last() -> receive last -> []; X -> [X | until_last()] end.

numbers(N) -> numbers(N, []).
numbers(0, L) -> L;
numbers(N, L) -> numbers(N - 1, [N band 255 | L]).
