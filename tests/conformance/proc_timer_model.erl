%% Timers far away are set, read and cancelled in random order, by the one who set them and by another: each answer is known.
-module(proc_timer_model).
-export([start/0]).

start() ->
    Helper = spawn_link(fun helper/0),
    [run(Seed, 200, Helper, [], []) || Seed <- [1, 2, 3]],
    unlink(Helper), exit(Helper, kill),
    ok.

next(S) -> (S * 1103515245 + 12345) band 16#7fffffff.

run(Seed, 0, _, Live, Gone) ->
    erlang:display({Seed, length(Live), length(Gone), sum([1 || {T, _} <- Live, is_integer(erlang:cancel_timer(T))]),
                    sum([1 || {T, _} <- Live ++ Gone, erlang:read_timer(T) =:= false]), process_info(self(), message_queue_len)});
run(S0, N, Helper, Live, Gone) ->
    S1 = next(S0), S = next(S1),
    Pick = (S1 bsr 9),
    case (S bsr 9) rem 9 of
        K when K < 3; Live =:= [] ->
            Time = 1000000 + Pick rem 1000000,
            F = case K rem 3 of
                    0 -> fun() -> erlang:start_timer(Time, self(), N) end;
                    1 -> fun() -> erlang:send_after(Time, self(), N) end;
                    2 -> fun() -> erlang:send_after(erlang:monotonic_time(millisecond) + Time, self(), N, [{abs, true}]) end
                end,
            T = F(),
            show(N, {set, K rem 3, is_reference(T)}),
            run(S, N - 1, Helper, [{T, Time} | Live], Gone);
        3 -> {T, Time} = nth(Pick rem length(Live), Live), show(N, {read, near(erlang:read_timer(T), Time)}), run(S, N - 1, Helper, Live, Gone);
        4 ->
            {T, Time} = nth(Pick rem length(Live), Live), show(N, {cancel, near(erlang:cancel_timer(T), Time)}),
            run(S, N - 1, Helper, Live -- [{T, Time}], [{T, Time} | Gone]);
        5 ->
            {T, Time} = nth(Pick rem length(Live), Live),
            Helper ! {self(), cancel, T},
            show(N, {cancelled_by_other, near(receive {Helper, X} -> X end, Time), erlang:read_timer(T)}),
            run(S, N - 1, Helper, Live -- [{T, Time}], [{T, Time} | Gone]);
        6 ->
            {T, Time} = nth(Pick rem length(Live), Live),
            Helper ! {self(), read, T},
            show(N, {read_by_other, near(receive {Helper, X} -> X end, Time)}),
            run(S, N - 1, Helper, Live, Gone);
        7 when Gone =/= [] ->
            {T, _} = nth(Pick rem length(Gone), Gone),
            show(N, {gone, erlang:read_timer(T), erlang:cancel_timer(T), erlang:cancel_timer(T, [{info, false}])}),
            run(S, N - 1, Helper, Live, Gone);
        _ ->
            {T, Time} = nth(Pick rem length(Live), Live),
            ok = erlang:cancel_timer(T, [{async, true}]),
            show(N, {async, receive {cancel_timer, T, X} -> near(X, Time) after 10000 -> none end}),
            run(S, N - 1, Helper, Live -- [{T, Time}], [{T, Time} | Gone])
    end.

show(N, What) -> erlang:display({N, What}).

near(X, Time) when is_integer(X), X =< Time, X > Time - 900000 -> near;
near(X, _) -> X.

helper() ->
    receive
        {From, cancel, T} -> From ! {self(), erlang:cancel_timer(T)};
        {From, read, T} -> From ! {self(), erlang:read_timer(T)}
    end,
    helper().

nth(0, [X | _]) -> X;
nth(N, [_ | T]) -> nth(N - 1, T).

sum([]) -> 0;
sum([H | T]) -> H + sum(T).
