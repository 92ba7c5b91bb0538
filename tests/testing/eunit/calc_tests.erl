%% Tests that pass: plain ones, generators, titles, fixtures, tests in order and in parallel.
-module(calc_tests).

-include_lib("eunit/include/eunit.hrl").

add_test() ->
    ?assertEqual(3, calc:add(1, 2)).

divide_test() ->
    ?assertError(badarith, calc:divide(1, 0)).

output_test() ->
    io:format("seen by nobody: ~p~n", [{calc, 1}]),
    ?assertEqual("seen by nobody: {calc,1}\n", ?capturedOutput).

sums_test_() ->
    [?_assertEqual(N + 1, calc:add(N, 1)) || N <- lists:seq(1, 3)].

titles_test_() ->
    {"sums", [{"of two", ?_assertEqual(2, calc:add(1, 1))}, {"of größe", ?_assert(calc:add(1, 1) =:= 2)}]}.

fixture_test_() ->
    {setup,
     fun() -> ets:new(calc_tests, [public, named_table]) end,
     fun(Table) -> ets:delete(Table) end,
     fun(Table) ->
         [?_assert(ets:insert(Table, {key, 1})),
          ?_assertEqual([{key, 1}], ets:lookup(Table, key)),
          {spawn, ?_assertEqual(1, ets:info(Table, size))}]
     end}.

each_test_() ->
    {foreach, fun() -> self() end, fun(_) -> ok end,
     [fun(Pid) -> ?_assert(is_pid(Pid)) end,
      fun(Pid) -> {"named", ?_assert(is_process_alive(Pid))} end]}.

parallel_test_() ->
    {inparallel, [?_test(timer:sleep(20)), ?_test(timer:sleep(10)), ?_test(receive after 1 -> ok end)]}.
