%% Maps with 0 to 500 keys that are floats: look-up, update, removal, equality.
-module(map_floats_keys).
-export([start/0, id/1]).

start() ->
    run(1, 44).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> begin M = make(id(0), 0), {map_size(M), sum(M)} end;
t(2) -> begin M = make(id(0), 1), {map_size(M), sum(M)} end;
t(3) -> begin M = make(id(0), 5), {map_size(M), sum(M)} end;
t(4) -> begin M = make(id(0), 16), {map_size(M), sum(M)} end;
t(5) -> begin M = make(id(0), 31), {map_size(M), sum(M)} end;
t(6) -> begin M = make(id(0), 32), {map_size(M), sum(M)} end;
t(7) -> found(make(id(0), 0), 0, 0 + 2);
t(8) -> found(make(id(0), 1), 0, 1 + 2);
t(9) -> found(make(id(0), 5), 0, 5 + 2);
t(10) -> sum(update(make(id(0), 0), 0, 0));
t(11) -> sum(update(make(id(0), 1), 0, 1));
t(12) -> sum(update(make(id(0), 5), 0, 5));
t(13) -> sum(update(make(id(0), 16), 0, 16));
t(14) -> sum(update(make(id(0), 31), 0, 31));
t(15) -> sum(update(make(id(0), 32), 0, 32));
t(16) -> found(remove(make(id(0), 32), 0, 1, 32), 0, 32);
t(17) -> found(remove(make(id(0), 32), 0, 2, 32), 0, 32);
t(18) -> found(remove(make(id(0), 32), 0, 3, 32), 0, 32);
t(19) -> remove(make(id(0), 32), 1, 1, 32) =:= make(id(0), 1);
t(20) -> make(id(0), 32) =:= make(id(0), 32);
t(21) -> make(id(0), 32) < make(id(0), 31);
t(22) -> try (make(id(0), 32))#{nokey := 1} catch error:{badkey, K} -> K end;
t(23) -> binary_to_term(term_to_binary(make(id(0), 32))) =:= make(id(0), 32);
t(24) -> begin M = make(id(0), 33), {map_size(M), sum(M)} end;
t(25) -> begin M = make(id(0), 34), {map_size(M), sum(M)} end;
t(26) -> begin M = make(id(0), 40), {map_size(M), sum(M)} end;
t(27) -> begin M = make(id(0), 100), {map_size(M), sum(M)} end;
t(28) -> begin M = make(id(0), 500), {map_size(M), sum(M)} end;
t(29) -> found(make(id(0), 33), 0, 33 + 2);
t(30) -> found(make(id(0), 34), 0, 34 + 2);
t(31) -> found(make(id(0), 40), 0, 40 + 2);
t(32) -> sum(update(make(id(0), 33), 0, 33));
t(33) -> sum(update(make(id(0), 34), 0, 34));
t(34) -> sum(update(make(id(0), 40), 0, 40));
t(35) -> sum(update(make(id(0), 100), 0, 100));
t(36) -> sum(update(make(id(0), 500), 0, 500));
t(37) -> found(remove(make(id(0), 500), 0, 1, 500), 0, 500);
t(38) -> found(remove(make(id(0), 500), 0, 2, 500), 0, 500);
t(39) -> found(remove(make(id(0), 500), 0, 3, 500), 0, 500);
t(40) -> remove(make(id(0), 500), 1, 1, 500) =:= make(id(0), 1);
t(41) -> make(id(0), 500) =:= make(id(0), 500);
t(42) -> make(id(0), 500) < make(id(0), 499);
t(43) -> try (make(id(0), 500))#{nokey := 1} catch error:{badkey, K} -> K end;
t(44) -> binary_to_term(term_to_binary(make(id(0), 500))) =:= make(id(0), 500).

key(N) -> N / 4.

make(Max, Max) -> #{};
make(N, Max) -> (make(N + 1, Max))#{key(N) => N}.

% The values by the order of their numbers: independent of the map's own order.
sum(M) -> lists_sum(maps:values(M), 0).

lists_sum([], S) -> S;
lists_sum([V | Rest], S) -> lists_sum(Rest, S + V).

found(M, N, Max) when N > Max -> map_size(M);
found(M, N, Max) ->
    Key = key(N),
    case M of
        #{Key := V} -> [V | found(M, N + 1, Max)];
        #{} -> [none | found(M, N + 1, Max)]
    end.

remove(M, N, _, Max) when N > Max -> M;
remove(M, N, Step, Max) -> remove(maps:remove(key(N), M), N + Step, Step, Max).

update(M, N, Max) when N >= Max -> M;
update(M, N, Max) -> update(M#{key(N) := N * 2}, N + 3, Max).
