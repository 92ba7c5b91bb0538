%% References and unique integers: never the same, in order, of many processes.
-module(proc_references).
-export([start/0]).

start() ->
    Me = self(),
    Refs = [make_ref() || _ <- numbers(2000)],
    erlang:display({refs, maps:size(set(Refs, #{})), lists_ordered(Refs)}),
    [spawn(fun() -> Me ! {refs, [make_ref() || _ <- numbers(200)]} end) || _ <- numbers(10)],
    All = gather(10, []),
    erlang:display({of_many, maps:size(set(All, #{}))}),
    Mixed = [make_ref(), monitor(process, self()), alias(), erlang:send_after(100000, self(), x), erlang:start_timer(100000, self(), x)],
    erlang:display({mixed, maps:size(set(Mixed, #{})), [is_reference(R) || R <- Mixed]}),
    [begin erlang:cancel_timer(R), demonitor(R), unalias(R) end || R <- Mixed],
    Ints = [erlang:unique_integer() || _ <- numbers(1000)],
    erlang:display({unique, maps:size(set(Ints, #{}))}),
    Mono = [erlang:unique_integer([monotonic]) || _ <- numbers(1000)],
    erlang:display({monotonic, lists_ordered(Mono)}),
    Pos = [erlang:unique_integer([positive, monotonic]) || _ <- numbers(100)],
    erlang:display({positive, lists_ordered(Pos), hd(Pos) > 0}),
    [erlang:display({wrong, O, try erlang:unique_integer(O) catch C:R -> {C, R} end}) || O <- [a, [a], [positive | x], [{positive, true}]]],
    erlang:display({equal, hd(Refs) =:= hd(Refs), hd(Refs) == hd(tl(Refs)), is_reference(hd(Refs)), is_reference(a)}),
    Sent = [begin self() ! R, receive R -> same after 0 -> other end end || R <- Refs, is_reference(R)],
    erlang:display({sent, length([x || same <- Sent])}),
    ok.

gather(0, All) -> All;
gather(N, All) -> receive {refs, L} -> gather(N - 1, L ++ All) end.

set([], Map) -> Map;
set([H | T], Map) -> set(T, Map#{H => true}).

lists_ordered([A, B | T]) when A < B -> lists_ordered([B | T]);
lists_ordered([_]) -> true;
lists_ordered(_) -> false.

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
