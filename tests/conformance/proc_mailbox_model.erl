%% Messages are sent and taken by random patterns: what is taken, and what stays, is what a list would give.
-module(proc_mailbox_model).
-export([start/0]).

start() ->
    [begin
         process_flag(message_queue_data, Data),
         run(Seed, 300, [], Collect),
         erlang:display({Data, Seed, Collect, process_info(self(), message_queue_len)})
     end || Data <- [on_heap, off_heap], Seed <- [1, 2, 3], Collect <- [false, true]],
    ok.

next(S) -> (S * 1103515245 + 12345) band 16#7fffffff.

run(_, 0, Model, _) -> erlang:display({left, Model =:= flush(), length(Model)});
run(S0, N, Model, Collect) ->
    S = next(S0), X = (S bsr 8) rem 1000,
    Collect andalso N rem 50 =:= 0 andalso erlang:garbage_collect(),
    case X rem 8 of
        K when K < 4 -> M = message(K, X), self() ! M, run(S, N - 1, Model ++ [M], Collect);
        4 -> M = receive {tag, V} when V > X -> {tag, V} after 0 -> none end, taken(M, fun({tag, V}) -> V > X; (_) -> false end, S, N, Model, Collect);
        5 -> M = receive [H | _] = L when H rem 3 =:= X rem 3 -> L after 0 -> none end,
             taken(M, fun([H | _]) -> H rem 3 =:= X rem 3; (_) -> false end, S, N, Model, Collect);
        6 -> M = receive Any -> Any after 0 -> none end, taken(M, fun(_) -> true end, S, N, Model, Collect);
        7 -> M = receive B when is_binary(B), byte_size(B) > 64 -> B; I when is_integer(I), I < X -> I after 0 -> none end,
             taken(M, fun(B) when is_binary(B), byte_size(B) > 64 -> true; (I) when is_integer(I), I < X -> true; (_) -> false end, S, N, Model, Collect)
    end.

message(0, X) -> {tag, X};
message(1, X) -> [X, X + 1];
message(2, X) -> <<X:(8 * (X rem 100))>>;
message(3, X) -> X.

taken(M, F, S, N, Model, Collect) ->
    {Wanted, Rest} = first(F, Model, []),
    case M =:= Wanted of true -> ok; false -> erlang:display({different, N, M, Wanted}) end,
    N rem 20 =:= 0 andalso erlang:display({N, M, length(Rest), process_info(self(), message_queue_len)}),
    run(S, N - 1, Rest, Collect).

first(_, [], Before) -> {none, reverse(Before, [])};
first(F, [M | T], Before) -> case F(M) of true -> {M, reverse(Before, T)}; false -> first(F, T, [M | Before]) end.

reverse([], L) -> L;
reverse([H | T], L) -> reverse(T, [H | L]).

flush() -> receive X -> [X | flush()] after 0 -> [] end.
