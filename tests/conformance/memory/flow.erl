%% A gigabyte of messages through a process, a few at a time: lists of 1,250 cells, and binaries.
-module(flow).
-export([start/0]).

start() ->
    Pid = spawn_link(fun() -> take(0, 0) end),
    send(50000, Pid, numbers(1250, []), <<0:80000>>),
    Pid ! {total, self()},
    %% 8 bytes a cell.
    receive {Pid, 50000, Bytes} -> true = Bytes >= 1000000000, erlang:display(Bytes), ok end.

numbers(0, List) -> List;
numbers(N, List) -> numbers(N - 1, [N | List]).

send(0, _, _, _) -> ok;
send(N, Pid, List, Binary) ->
    Pid ! {N, self(), List, <<Binary/binary, N:32>>},
    case N rem 4 of
        0 -> receive {Pid, N} -> ok end;
        _ -> ok
    end,
    send(N - 1, Pid, List, Binary).

take(Messages, Bytes) ->
    receive
        {N, From, List, Binary} ->
            case N rem 4 of
                0 -> From ! {self(), N};
                _ -> ok
            end,
            take(Messages + 1, Bytes + 8 * length(List) + byte_size(Binary));
        {total, From} ->
            From ! {self(), Messages, Bytes}
    end.
