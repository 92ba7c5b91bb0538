-module(send_collect_forms).
-export([start/0]).

%% Sending without suspending, and collecting other processes.
start() ->
    erlang:display(erlang:send_nosuspend(self(), one)),
    erlang:display(erlang:send_nosuspend(self(), two, [noconnect])),
    erlang:display(erlang:send_nosuspend(self(), three, [])),
    erlang:display([receive M -> M after 0 -> none end || _ <- "1234"]),
    Pid = spawn(fun() -> receive stop -> ok end end),
    erlang:display(erlang:garbage_collect(self(), [])),
    erlang:display(erlang:garbage_collect(Pid, [{type, minor}])),
    erlang:display(erlang:garbage_collect(Pid, [{type, major}])),
    erlang:display(erlang:garbage_collect(Pid, [{async, {my, id}}])),
    erlang:display(receive {garbage_collect, Id, Result} -> {Id, Result} end),
    Monitor = monitor(process, Pid),
    Pid ! stop,
    receive {'DOWN', Monitor, _, _, _} -> ok end,
    erlang:display(erlang:garbage_collect(Pid, [])),
    erlang:display([string:list_to_integer(X) || X <- ["12ab", "-7", "+", "x", [], a, "12" ++ [b], [1, 2]]]),
    Bad = [fun() -> erlang:send_nosuspend(self(), m, [other]) end,
           fun() -> erlang:send_nosuspend(no_such_name, m) end,
           fun() -> erlang:garbage_collect(self(), [other]) end,
           fun() -> erlang:garbage_collect(self(), [{type, other}]) end,
           fun() -> erlang:garbage_collect(a, []) end,
           fun() -> erlang:garbage_collect(self(), a) end],
    [erlang:display(try F() catch C:R -> {C, R} end) || F <- Bad],
    ok.
