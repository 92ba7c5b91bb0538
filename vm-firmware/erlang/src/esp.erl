%% The board itself, by AtomVM's names for ESP32s: restart and sleep, keys and values in flash memory (NVS), partitions, memory
%% that stays.
-module(esp).
-export([restart/0, reset_reason/0, wakeup_cause/0, sleep_get_wakeup_cause/0, sleep_get_wakeup_causes/0]).
-export([sleep_enable_ext0_wakeup/2, sleep_enable_ext1_wakeup/2, sleep_enable_ext1_wakeup_io/2]).
-export([sleep_disable_ext1_wakeup_io/1, deep_sleep_enable_gpio_wakeup/2, sleep_enable_ulp_wakeup/0]).
-export([sleep_ulp_wakeup/0, sleep_enable_gpio_wakeup/0, sleep_enable_timer_wakeup/1, deep_sleep/0, deep_sleep/1]).
-export([light_sleep/0, nvs_fetch_binary/2, nvs_get_binary/1, nvs_get_binary/2, nvs_get_binary/3, nvs_put_binary/3]).
-export([nvs_set_binary/2, nvs_set_binary/3, nvs_erase_key/1, nvs_erase_key/2, nvs_erase_all/0, nvs_erase_all/1]).
-export([nvs_reformat/0, partition_list/0, rtc_slow_get_binary/0, rtc_slow_set_binary/1, freq_hz/0, get_mac/1]).
-export([get_default_mac/0, timer_get_time/0, mount/4, umount/1, partition_read/3, partition_mmap/3]).
-export([partition_write/3, partition_erase_range/2, partition_erase_range/3, task_wdt_init/1]).
-export([task_wdt_reconfigure/1, task_wdt_deinit/0, task_wdt_add_user/1, task_wdt_reset_user/1]).
-export([task_wdt_delete_user/1]).

%% Numbers of ESP-IDF's errors.
-define(NO_MEM, 16#101).
-define(INVALID_ARG, 16#102).
-define(INVALID_STATE, 16#103).
-define(NOT_FOUND, 16#105).
-define(NOT_SUPPORTED, 16#106).

%% The name space where a program names none.
-define(SPACE, atomvm).

-spec restart() -> no_return().
restart() ->
    ends(emberl_board:restart()).

%% The board does not always end at once; the program does.
ends(ok) ->
    receive
    after infinity -> ok
    end;
ends({error, Reason}) ->
    error(Reason).

reset_reason() ->
    word(emberl_board:reset_reason(), esp_rst_unknown).

wakeup_cause() ->
    sleep_get_wakeup_cause().

sleep_get_wakeup_cause() ->
    word(emberl_board:wake_cause(), error).

sleep_get_wakeup_causes() ->
    case sleep_get_wakeup_cause() of
        undefined -> [];
        error -> [];
        Cause -> [Cause]
    end.

word({ok, Word}, _) -> Word;
word({error, _}, Otherwise) -> Otherwise.

sleep_enable_ext0_wakeup(Pin, Level) when is_integer(Pin), Pin >= 0, Pin < 64 ->
    done(emberl_board:wake_on_pins(1 bsl Pin, Level));
sleep_enable_ext0_wakeup(_, _) ->
    error.

sleep_enable_ext1_wakeup(Mask, Mode) ->
    done(emberl_board:wake_on_pins(Mask, Mode)).

sleep_enable_ext1_wakeup_io(Mask, Mode) ->
    sleep_enable_ext1_wakeup(Mask, Mode).

deep_sleep_enable_gpio_wakeup(Mask, Mode) ->
    sleep_enable_ext1_wakeup(Mask, Mode).

%% What no machine has here.
sleep_disable_ext1_wakeup_io(_) -> error.
sleep_enable_ulp_wakeup() -> error.
sleep_ulp_wakeup() -> error.
sleep_enable_gpio_wakeup() -> error.
sleep_enable_timer_wakeup(_) -> error.
light_sleep() -> error.
mount(_, _, _, _) -> {error, enotsup}.
umount(_) -> {error, enotsup}.

done(ok) -> ok;
done({error, _}) -> error.

-spec deep_sleep() -> no_return().
deep_sleep() ->
    ends(emberl_board:sleep(undefined)).

-spec deep_sleep(non_neg_integer()) -> no_return().
deep_sleep(Milliseconds) ->
    ends(emberl_board:sleep(Milliseconds)).

nvs_fetch_binary(Space, Key) ->
    case emberl_board:nvs_get(Space, Key) of
        {ok, Value} -> {ok, Value};
        {error, enoent} -> {error, not_found};
        {error, Reason} -> {error, Reason}
    end.

nvs_get_binary(Key) ->
    nvs_get_binary(?SPACE, Key).

nvs_get_binary(Space, Key) ->
    case nvs_fetch_binary(Space, Key) of
        {ok, Value} -> Value;
        {error, not_found} -> undefined;
        {error, Reason} -> throw(Reason)
    end.

nvs_get_binary(Space, Key, Default) when is_binary(Default) ->
    case nvs_get_binary(Space, Key) of
        undefined -> Default;
        Value -> Value
    end.

nvs_put_binary(Space, Key, Value) ->
    sure(emberl_board:nvs_set(Space, Key, Value)).

nvs_set_binary(Key, Value) ->
    nvs_put_binary(?SPACE, Key, Value).

nvs_set_binary(Space, Key, Value) ->
    nvs_put_binary(Space, Key, Value).

nvs_erase_key(Key) ->
    nvs_erase_key(?SPACE, Key).

nvs_erase_key(Space, Key) ->
    sure(emberl_board:nvs_erase(Space, Key)).

nvs_erase_all() ->
    nvs_erase_all(?SPACE).

nvs_erase_all(Space) ->
    sure(emberl_board:nvs_erase_all(Space)).

nvs_reformat() ->
    sure(emberl_board:nvs_format()).

sure(ok) -> ok;
sure({ok, Value}) -> Value;
sure({error, einval}) -> error(badarg);
sure({error, Reason}) -> error(Reason).

partition_list() ->
    sure(emberl_board:partitions()).

%% By the partition's name. What is read is a copy, by both of these.
partition_read(Name, Offset, Size) ->
    case emberl_board:partition_read(Name, Offset, Size) of
        {ok, Bytes} -> {ok, Bytes};
        {error, _} -> error
    end.

partition_mmap(Name, Offset, Size) ->
    partition_read(Name, Offset, Size).

partition_write(Name, Offset, Bytes) ->
    done(emberl_board:partition_write(Name, Offset, Bytes)).

partition_erase_range(Name, Offset) ->
    done(emberl_board:partition_erase(Name, Offset, undefined)).

partition_erase_range(Name, Offset, Size) when is_integer(Size) ->
    done(emberl_board:partition_erase(Name, Offset, Size)).

rtc_slow_get_binary() ->
    case emberl_board:kept_get() of
        {ok, Value} -> Value;
        {error, _} -> error(badarg)
    end.

rtc_slow_set_binary(Value) ->
    case emberl_board:kept_set(Value) of
        ok -> ok;
        {error, _} -> error(badarg)
    end.

freq_hz() ->
    sure(emberl_board:frequency()).

get_mac(Interface) ->
    case emberl_board:mac(Interface) of
        {ok, Address} -> Address;
        {error, _} -> error(badarg)
    end.

get_default_mac() ->
    emberl_board:mac(wifi_sta).

%% Microseconds since the start.
timer_get_time() ->
    Time = erlang:monotonic_time() - erlang:system_info(start_time),
    erlang:convert_time_unit(Time, native, microsecond).

%% The watchdog. It starts the board anew, or there is none; there are no idle tasks that it could have an eye on.
task_wdt_init(Config) ->
    case watchdog(Config, fun emberl_board:watchdog/1) of
        {error, ebusy} -> {error, already_started};
        Answer -> code(Answer)
    end.

task_wdt_reconfigure(Config) ->
    case watchdog(Config, fun emberl_board:watchdog_time/1) of
        {error, enoent} -> {error, noproc};
        Answer -> code(Answer)
    end.

watchdog({Milliseconds, IdleCores, true}, Set) when is_integer(IdleCores) -> Set(Milliseconds);
watchdog({Milliseconds, IdleCores, false}, _) when is_integer(Milliseconds), is_integer(IdleCores) -> {error, enotsup};
watchdog(_, _) -> error(badarg).

task_wdt_deinit() ->
    code(emberl_board:watchdog_end()).

task_wdt_add_user(Name) ->
    _ = iolist_to_binary(Name),
    code(emberl_board:watchdog_add()).

task_wdt_reset_user(User) ->
    code(emberl_board:watchdog_hear(User)).

task_wdt_delete_user(User) ->
    code(emberl_board:watchdog_remove(User)).

code({error, enomem}) -> {error, ?NO_MEM};
code({error, enotsup}) -> {error, ?NOT_SUPPORTED};
code({error, enodev}) -> {error, ?NOT_FOUND};
code({error, einval}) -> {error, ?INVALID_ARG};
code({error, _}) -> {error, ?INVALID_STATE};
code(Answer) -> Answer.
