-module(process_places).
-export([start/0, waits/1, info/2]).

%% What process_info tells of where a process is, and of its memory.
start() ->
    Parent = self(),
    Pid = spawn(process_places, waits, [Parent]),
    receive ready -> ok end,
    settle(Pid),
    [erlang:display(info(Pid, Item))
     || Item <- [current_function, current_location, current_stacktrace, binary, min_heap_size, fullsweep_after,
                 message_queue_data, status, message_queue_len, no_such_item, 1, [], [status, no_such_item],
                 [current_function, registered_name, status]]],
    [erlang:display(info(self(), Item)) || Item <- [current_function, current_location]],
    {current_stacktrace, Trace} = process_info(self(), current_stacktrace),
    erlang:display(hd(Trace)),
    erlang:display(inside()),
    erlang:display([Key || {Key, _} <- process_info(self()), Key =/= registered_name]),
    erlang:display([Key || {Key, _} <- element(2, process_info(Pid, garbage_collection))]),
    {_, Before} = process_info(self(), garbage_collection),
    erlang:display(is_integer(proplist(minor_gcs, Before))),
    #{size := 0, kill := true, error_logger := true} = proplist(max_heap_size, Before),
    erlang:display([Key || {Key, Value} <- element(2, process_info(Pid, garbage_collection_info)), is_integer(Value)]),
    Open = catches(),
    erlang:display([try catches() - Open after ok end, (catch catches() - Open), catches() - Open]),
    Monitor = monitor(process, Pid),
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, Pid, Reason} -> erlang:display(Reason) end,
    [erlang:display(info(Pid, Item)) || Item <- [current_function, [], [status], no_such_item, 1]],
    [erlang:display(try process_info(P, I) catch C:R:S -> {C, R, element(3, hd(S)) =:= [P, I], element(4, hd(S))} end)
     || {P, I} <- [{1, status}, {self(), no_such_item}, {self(), [status | a]}]],
    {Count, Words, 0} = erlang:statistics(garbage_collection),
    erlang:display(is_integer(Count) andalso is_integer(Words)),
    {{input, In}, {output, Out}} = erlang:statistics(io),
    erlang:display(is_integer(In) andalso is_integer(Out)),
    {Run, Since} = erlang:statistics(runtime),
    erlang:display(is_integer(Run) andalso is_integer(Since)),
    [erlang:display(is_integer(erlang:statistics(Item))) || Item <- [run_queue, total_run_queue_lengths, total_active_tasks]],
    erlang:display(is_list(erlang:statistics(active_tasks))),
    ok.

proplist(Key, List) ->
    {Key, Value} = lists:keyfind(Key, 1, List),
    Value.

%% Until it waits.
settle(Pid) ->
    case process_info(Pid, status) of
        {status, waiting} -> ok;
        _ -> erlang:yield(), settle(Pid)
    end.

inside() ->
    {current_function, Function} = process_info(self(), current_function),
    {outer(Function), Function}.

outer(_) ->
    {current_function, Function} = process_info(self(), current_function),
    [Function].

info(Pid, Item) ->
    {Item, try process_info(Pid, Item) catch _:Reason -> Reason end}.

waits(Parent) ->
    Parent ! ready,
    receive
        stop -> ok
    end,
    ok.

%% How many catches and tries are open.
catches() ->
    {catchlevel, Open} = process_info(self(), catchlevel),
    Open.
