%% Calls by alias and monitor while the server is slow, ends, or answers twice: late answers never come.
-module(proc_alias_calls).
-export([start/0]).

start() ->
    [run(Mode, Server, N) || Mode <- [explicit_unalias, demonitor, reply_demonitor], Server <- [quick, twice, slow, ends, ends_after, silent], N <- [1, 20]],
    ok.

run(Mode, How, N) ->
    Server = spawn(fun() -> serve(How) end),
    Results = [call(Mode, Server, K, patience(How)) || K <- numbers(N)],
    exit(Server, kill),
    receive after 12 -> ok end,
    {monitors, M} = process_info(self(), monitors),
    erlang:display({Mode, How, N, tally(Results), flush(), length(M)}).

%% Milliseconds. Only who is not answered gives up.
patience(slow) -> 20;
patience(silent) -> 5;
patience(_) -> 20000.

call(Mode, Server, K, Patience) ->
    Ref = erlang:monitor(process, Server, [{alias, Mode}]),
    Server ! {Ref, K},
    Result = receive
                 {Ref, R} -> {ok, R - K};
                 {'DOWN', Ref, process, Server, Reason} -> {down, Reason}
             after Patience -> timeout
             end,
    Mode =:= explicit_unalias andalso unalias(Ref),
    demonitor(Ref, [flush]),
    %% What had come twice before the alias ended.
    receive {Ref, _} -> ok after 0 -> ok end,
    Result.

serve(How) ->
    receive
        {Ref, K} ->
            case How of
                quick -> Ref ! {Ref, K + 1};
                twice -> Ref ! {Ref, K + 1}, Ref ! {Ref, K + 2};
                slow -> receive after 120 -> ok end, Ref ! {Ref, K + 1};
                ends -> exit(over);
                ends_after -> Ref ! {Ref, K + 1}, exit(over);
                silent -> ok
            end
    end,
    serve(How).

tally(L) -> tally(L, #{}).
tally([], M) -> case maps:is_key({down, over}, M) orelse maps:is_key({down, noproc}, M) of true -> {some, down, maps:size(M)}; false -> pairs([{K, map_get(K, M)} || K <- maps:keys(M)]) end;
tally([X | T], M) -> tally(T, M#{X => case M of #{X := C} -> C + 1; _ -> 1 end}).
pairs([{K, V}]) -> {K, V};
pairs(L) -> length(L).

flush() -> receive X -> [X | flush()] after 0 -> [] end.

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
