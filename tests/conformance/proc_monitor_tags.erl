%% The tag of a monitor's message: any term, also one that has been moved by collections meanwhile.
-module(proc_monitor_tags).
-export([start/0]).

start() ->
    Tags = [tag, 'DOWN', 1, 1.5, 123456789012345678901234567890, "text", <<"binary">>, <<1:3>>, {a, {b, [c]}}, #{k => {v, 1}}, [], {},
            {large, numbers(200)}, self_tag],
    [one(Tag, Alive) || Tag <- Tags, Alive <- [true, false]],
    many(100),
    spawned(),
    ok.

one(Tag0, Alive) ->
    %% Made anew, on the heap.
    Tag = case Tag0 of self_tag -> {self_tag}; _ -> binary_to_term(term_to_binary(Tag0)) end,
    Pid = spawn(fun() -> receive stop -> exit(bye) end end),
    case Alive of false -> R0 = monitor(process, Pid), Pid ! stop, receive {'DOWN', R0, _, _, _} -> ok end; true -> ok end,
    Ref = erlang:monitor(process, Pid, [{tag, Tag}]),
    numbers(1000), erlang:garbage_collect(), numbers(1000),
    Alive andalso (Pid ! stop),
    receive {Got, Ref, process, Pid, Reason} -> erlang:display({Got =:= Tag, shorten(Got), Reason}) after 1000 -> erlang:display(none) end.

shorten({large, _}) -> large;
shorten(X) -> X.

many(N) ->
    Pid = spawn(fun() -> receive stop -> exit(bye) end end),
    Refs = [{K, erlang:monitor(process, Pid, [{tag, {tag, K}}])} || K <- numbers(N)],
    erlang:garbage_collect(),
    Pid ! stop,
    erlang:display({many, length([K || {K, Ref} <- Refs, receive {{tag, K}, Ref, process, Pid, bye} -> true after 1000 -> false end])}).

spawned() ->
    {Pid, Ref} = spawn_opt(fun() -> exit(bye) end, [{monitor, [{tag, {my, "tag"}}]}]),
    erlang:garbage_collect(),
    receive {T, Ref, process, Pid, R} -> erlang:display({spawned, T, R}) end,
    {Pid2, Ref2} = spawn_opt(fun() -> receive {A, X} -> A ! {A, reply, X} end end, [{monitor, [{tag, {x}}, {alias, reply_demonitor}]}]),
    Pid2 ! {Ref2, 1},
    receive {Ref2, reply, Y} -> erlang:display({reply, Y}) end,
    receive Z -> erlang:display({more, Z}) after 5 -> erlang:display(no_more) end.

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
