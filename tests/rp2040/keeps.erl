%% What stays: keys and values in flash memory, and a little memory through a restart. The program runs twice.
-module(keeps).
-export([start/0]).

start() ->
    125000000 = esp:freq_hz(),
    [{<<"firmware">>, 0, 0, 0, 16#100000, []} | Partitions] = esp:partition_list(),
    {_, 1, 1, 16#180000, 16#7c000, []} = lists:keyfind(<<"main.avm">>, 1, Partitions),
    {_, 1, 2, 16#1fc000, 16#4000, []} = lists:keyfind(<<"nvs">>, 1, Partitions),
    case esp:nvs_get_binary(space, runs) of
        undefined -> first();
        Runs -> second(Runs)
    end.

first() ->
    {'EXIT', _} = (catch esp:rtc_slow_get_binary()),
    ok = esp:nvs_put_binary(space, runs, <<"one">>),
    <<"one">> = esp:nvs_get_binary(space, runs),
    %% So many that sectors are filled, and erased again.
    fill(20),
    <<1:8000>> = esp:nvs_get_binary(space, other),
    ok = esp:nvs_erase_key(space, other),
    ok = esp:rtc_slow_set_binary(<<"kept">>),
    erlang:display(again),
    esp:restart().

fill(0) ->
    ok;
fill(Left) ->
    ok = esp:nvs_put_binary(space, other, <<Left:8000>>),
    fill(Left - 1).

second(Runs) ->
    <<"one">> = Runs,
    undefined = esp:nvs_get_binary(space, other),
    <<"kept">> = esp:rtc_slow_get_binary(),
    esp_rst_sw = esp:reset_reason(),
    ok = esp:nvs_reformat(),
    ok.
