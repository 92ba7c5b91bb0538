%% The watchdog: the board starts anew when it was not fed, and not before. The program runs twice.
-module(guards).
-export([start/0]).

start() ->
    case esp:reset_reason() of
        esp_rst_task_wdt -> ok;
        _ -> first()
    end.

first() ->
    %% Its counter has 24 bits, and counts 2000 in a millisecond.
    ok = esp:task_wdt_init({8389, 0, true}),
    {error, 16#102} = esp:task_wdt_add_user(<<"long">>),
    ok = esp:task_wdt_reconfigure({8388, 0, true}),
    {ok, Long} = esp:task_wdt_add_user(<<"long">>),
    ok = esp:task_wdt_reconfigure({40, 0, true}),
    erlang:display(fed),
    feed(Long, 10),
    ok = esp:task_wdt_delete_user(Long),
    erlang:display(without),
    receive after 100 -> ok end,
    {ok, _} = esp:task_wdt_add_user(<<"idle">>),
    erlang:display(hungry),
    receive after 30 -> ok end,
    erlang:display(alive),
    receive after 30 -> ok end,
    dead.

%% Together, longer than it has patience.
feed(_, 0) ->
    ok;
feed(User, Left) ->
    receive after 10 -> ok end,
    ok = esp:task_wdt_reset_user(User),
    feed(User, Left - 1).
