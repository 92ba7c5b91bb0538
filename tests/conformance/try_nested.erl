%% Exceptions that go through many frames and handlers.
-module(try_nested).
-export([start/0, id/1]).

start() ->
    run(1, 7).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> deep(id(100));
t(2) -> rethrow(id(50));
t(3) -> try unwind(id(20), []) catch throw:L -> L end;
t(4) -> handlers(id(throw));
t(5) -> handlers(id(error));
t(6) -> handlers(id(exit));
t(7) -> loop(id(1000), 0).

deep(0) -> throw_and_catch();
deep(N) -> try {N, deep(N - 1)} of {_, V} -> V catch never:_ -> wrong end.

throw_and_catch() -> try throw(bottom) catch throw:V -> {caught, V} end.

rethrow(N) -> try down(N) catch throw:V -> {top, V} end.

down(0) -> throw(0);
down(N) -> try down(N - 1) catch throw:V -> throw(V + N) end.

unwind(0, Acc) -> throw(Acc);
unwind(N, Acc) -> try unwind(N - 1, [N | Acc]) after put(last, N) end.

handlers(Class) ->
    try
        try
            try erlang:raise(Class, r, []) catch throw:A -> {first, A} end
        catch
            error:B -> {second, B}
        end
    catch
        exit:C -> {third, C}
    end.

loop(0, Sum) -> Sum;
loop(N, Sum) ->
    V = try fail(N) catch throw:X -> X; error:_ -> 1; exit:_ -> 2 end,
    loop(N - 1, Sum + V).

fail(N) when N rem 3 =:= 0 -> throw(N);
fail(N) when N rem 3 =:= 1 -> error(N);
fail(N) -> exit(N).
