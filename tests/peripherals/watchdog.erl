%% A program that hangs: the watchdog starts the board anew.
-module(watchdog).
-export([start/0]).

start() ->
    ok = esp:task_wdt_init({30, 0, true}),
    {ok, _} = esp:task_wdt_add_user("main"),
    receive never -> ok end.
