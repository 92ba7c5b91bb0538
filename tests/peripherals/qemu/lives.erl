%% One board over several starts: what it keeps, and why it was started.
-module(lives).
-export([start/0]).

start() ->
    life(esp:reset_reason(), esp:sleep_get_wakeup_cause()).

%% It was off: what is in the flash memory, and nothing else, is from before.
life(esp_rst_poweron, undefined) ->
    {'EXIT', {badarg, _}} = (catch esp:rtc_slow_get_binary()),
    Count =
        case esp:nvs_fetch_binary(board, starts) of
            {error, not_found} -> 1;
            {ok, <<Before>>} -> Before + 1
        end,
    ok = esp:nvs_put_binary(board, starts, <<Count>>),
    erlang:display({started, Count}),
    partitions(),
    ok = esp:rtc_slow_set_binary(<<"kept">>),
    {'EXIT', {badarg, _}} = (catch esp:rtc_slow_set_binary(binary:copy(<<0>>, 4096))),
    esp:restart();
life(esp_rst_sw, undefined) ->
    <<"kept">> = esp:rtc_slow_get_binary(),
    {ok, <<_>>} = esp:nvs_fetch_binary(board, starts),
    ok = esp:rtc_slow_set_binary(<<"longer kept">>),
    esp:deep_sleep(20);
life(esp_rst_deepsleep, sleep_wakeup_timer) ->
    <<"longer kept">> = esp:rtc_slow_get_binary(),
    error = esp:sleep_enable_ext1_wakeup(1 bsl 22, 1),
    ok = esp:sleep_enable_ext1_wakeup(1 bsl 4, 1),
    esp:deep_sleep();
life(esp_rst_deepsleep, sleep_wakeup_ext1) ->
    [sleep_wakeup_ext1] = esp:sleep_get_wakeup_causes(),
    <<"longer kept">> = esp:rtc_slow_get_binary(),
    high = gpio:digital_read(4),
    ok.

partitions() ->
    {_, 1, 2, _, 16#80000, []} = lists:keyfind(<<"nvs">>, 1, esp:partition_list()),
    ok = esp:partition_erase_range(<<"storage">>, 16#40000, 16#40000),
    ok = esp:partition_write(<<"storage">>, 16#40001, <<"across words">>),
    {ok, <<255, "across words", 255>>} = esp:partition_read(<<"storage">>, 16#40000, 14),
    ok = esp:partition_write(<<"storage">>, 16#4000d, <<"!">>),
    {ok, <<"words!">>} = esp:partition_read(<<"storage">>, 16#40008, 6),
    error = esp:partition_erase_range(<<"storage">>, 16#1000, 16#1000),
    error = esp:partition_read(<<"nvs">>, 16#80000, 1),
    ok.
