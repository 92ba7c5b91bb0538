%% Maps with 0 to 500 keys of each kind: look-up, update, removal, equality. 32 keys are the most of a flat map.
-module(map_keys).
-export([start/0, id/1]).

start() -> kinds([atom, float, integer, negative, bignum, binary, bitstring, string, tuple, map]).

kinds([]) -> ok;
kinds([Kind | Kinds]) -> sizes(Kind, id([0, 1, 5, 16, 31, 32, 33, 34, 40, 100, 500])), kinds(Kinds).

sizes(_, []) -> ok;
sizes(Kind, [Size | Sizes]) ->
    cases(Kind, Size, [made, found, updated, first_removed, every_second_removed, every_third_removed,
                       all_but_one_removed, equal, smaller, no_such_key, external]),
    sizes(Kind, Sizes).

%% One line a case, so that a difference names its case.
cases(_, _, []) -> ok;
cases(Kind, Size, [Case | Cases]) ->
    Result = try test(Case, Kind, Size) catch Class:Reason -> {Class, Reason} end,
    erlang:display({Kind, Size, Case, Result}),
    cases(Kind, Size, Cases).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

test(made, Kind, Size) -> M = make(Kind, 0, Size), {map_size(M), sum(M)};
test(found, Kind, Size) -> found(Kind, make(Kind, 0, Size), 0, Size + 2);
test(updated, Kind, Size) -> sum(update(Kind, make(Kind, 0, Size), 0, Size));
test(first_removed, Kind, Size) -> found(Kind, remove(Kind, make(Kind, 0, Size), 0, 1, Size div 2), 0, Size);
test(every_second_removed, Kind, Size) -> found(Kind, remove(Kind, make(Kind, 0, Size), 0, 2, Size), 0, Size);
test(every_third_removed, Kind, Size) -> found(Kind, remove(Kind, make(Kind, 0, Size), 0, 3, Size), 0, Size);
test(all_but_one_removed, Kind, Size) -> remove(Kind, make(Kind, 0, Size), 1, 1, Size) =:= make(Kind, 0, min(1, Size));
test(equal, Kind, Size) -> make(Kind, 0, Size) =:= make(Kind, 0, Size);
test(smaller, Kind, Size) -> make(Kind, 0, Size + 1) < make(Kind, 0, Size);
test(no_such_key, Kind, Size) -> (make(Kind, 0, Size))#{nokey := 1};
test(external, Kind, Size) -> binary_to_term(term_to_binary(make(Kind, 0, Size))) =:= make(Kind, 0, Size).

key(atom, N) -> list_to_atom("key_" ++ integer_to_list(N));
key(float, N) -> N / 4;
key(integer, N) -> N;
key(negative, N) -> -N * 1000003;
key(bignum, N) -> (1 bsl 70) + N;
key(binary, N) -> integer_to_binary(N * 12345);
key(bitstring, N) -> <<N:11>>;
key(string, N) -> integer_to_list(N * 12345);
key(tuple, N) -> {N rem 5, N};
key(map, N) -> #{k => N}.

make(_, Max, Max) -> #{};
make(Kind, N, Max) -> (make(Kind, N + 1, Max))#{key(Kind, N) => N}.

%% Independent of the map's own order.
sum(M) -> sum(maps:values(M), 0).

sum([], S) -> S;
sum([V | Rest], S) -> sum(Rest, S + V).

found(_, M, N, Max) when N > Max -> map_size(M);
found(Kind, M, N, Max) ->
    Key = key(Kind, N),
    case M of
        #{Key := V} -> [V | found(Kind, M, N + 1, Max)];
        #{} -> [none | found(Kind, M, N + 1, Max)]
    end.

remove(_, M, N, _, Max) when N > Max -> M;
remove(Kind, M, N, Step, Max) -> remove(Kind, maps:remove(key(Kind, N), M), N + Step, Step, Max).

update(_, M, N, Max) when N >= Max -> M;
update(Kind, M, N, Max) -> update(Kind, M#{key(Kind, N) := N * 2}, N + 3, Max).
