%% after runs once in each way out, its value is dropped, and its own exception wins.
-module(try_after).
-export([start/0, id/1]).

start() ->
    run(1, 9).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> try id(1) after put(k, id(after_1)) end;
t(2) -> get(k);
t(3) -> try (try throw(id(a)) after put(k, id(after_2)) end) catch throw:a -> {a, get(k)} end;
t(4) ->
    try (try throw(id(a)) catch throw:a -> throw(b) after put(k, id(after_3)) end) catch throw:b -> {b, get(k)} end;
t(5) -> try (try throw(id(a)) after throw(id(c)) end) catch throw:R -> R end;
t(6) -> try id(1) of V -> {V, get(k)} after put(k, id(after_4)) end;
t(7) -> get(k);
t(8) -> try (try id(1) of 2 -> x after put(k, id(after_5)) end) catch error:R -> {R, get(k)} end;
t(9) -> trace().

trace() ->
    put(log, []),
    try
        try
            try log(1), throw(id(up)) after log(2) end
        after
            log(3)
        end
    catch
        throw:up -> log(4)
    after
        log(5)
    end,
    get(log).

log(X) -> put(log, [X | get(log)]).
