%% Pulses, by the names of ESP-IDF's LED controller, as AtomVM's programs use them. Errors are ESP-IDF's numbers. A machine
%% has one group of channels: the speed mode is taken and changes nothing, as is the point of the pulse's beginning.
-module(ledc).
-export([timer_config/1, channel_config/1, fade_func_install/1, fade_func_uninstall/0, set_fade_with_time/4]).
-export([set_fade_with_step/5, set_fade_time_and_start/5, set_fade_step_and_start/6, fade_start/3, fade_stop/2]).
-export([get_duty/2, set_duty/3, update_duty/2, set_duty_and_update/4, get_freq/2, set_freq/3, stop/3]).

-define(FAIL, -1).
-define(INVALID_ARG, 16#102).
-define(INVALID_STATE, 16#103).
-define(NOT_SUPPORTED, 16#106).

timer_config(Config) ->
    Timer = needed(timer_num, Config),
    answer(emberl_board:pwm_timer(Timer, needed(freq_hz, Config), needed(duty_resolution, Config))).

channel_config(Config) ->
    {Channel, Timer} = {needed(channel, Config), needed(timer_sel, Config)},
    answer(emberl_board:pwm_channel(Channel, Timer, needed(gpio_num, Config), needed(duty, Config))).

needed(Key, Config) ->
    case lists:keyfind(Key, 1, Config) of
        {_, Value} when is_integer(Value) -> Value;
        _ -> error(badarg)
    end.

%% Fades need nothing beforehand.
fade_func_install(Flags) when is_integer(Flags) ->
    ok.

fade_func_uninstall() ->
    ok.

set_fade_with_time(_SpeedMode, Channel, Duty, Milliseconds) ->
    answer(emberl_board:pwm_prepare(Channel, Duty, Milliseconds)).

%% By that much, each time so many pulses were given.
set_fade_with_step(_SpeedMode, Channel, Duty, Scale, Pulses) ->
    answer(emberl_board:pwm_prepare(Channel, Duty, {Scale, Pulses})).

set_fade_time_and_start(SpeedMode, Channel, Duty, Milliseconds, Wait) ->
    case set_fade_with_time(SpeedMode, Channel, Duty, Milliseconds) of
        ok -> fade_start(SpeedMode, Channel, Wait);
        Error -> Error
    end.

set_fade_step_and_start(SpeedMode, Channel, Duty, Scale, Pulses, Wait) ->
    case set_fade_with_step(SpeedMode, Channel, Duty, Scale, Pulses) of
        ok -> fade_start(SpeedMode, Channel, Wait);
        Error -> Error
    end.

%% 0 returns at once, 1 when the fade is over.
fade_start(_SpeedMode, Channel, Wait) when Wait =:= 0; Wait =:= 1 ->
    case emberl_board:pwm_begin(Channel) of
        {ok, Milliseconds} when Wait =:= 1 ->
            receive
            after Milliseconds -> ok
            end;
        {ok, _} ->
            ok;
        Error ->
            answer(Error)
    end.

fade_stop(_SpeedMode, Channel) ->
    answer(emberl_board:pwm_fade_stop(Channel)).

get_duty(_SpeedMode, Channel) ->
    value(emberl_board:pwm_get_duty(Channel)).

%% The duty from the next update on.
set_duty(_SpeedMode, Channel, Duty) ->
    answer(emberl_board:pwm_prepare(Channel, Duty, now)).

update_duty(SpeedMode, Channel) ->
    fade_start(SpeedMode, Channel, 0).

set_duty_and_update(_SpeedMode, Channel, Duty, _Point) ->
    answer(emberl_board:pwm_duty(Channel, Duty)).

get_freq(_SpeedMode, Timer) ->
    value(emberl_board:pwm_get_frequency(Timer)).

set_freq(_SpeedMode, Timer, Frequency) ->
    answer(emberl_board:pwm_frequency(Timer, Frequency)).

stop(_SpeedMode, Channel, Level) ->
    answer(emberl_board:pwm_stop(Channel, Level)).

value({ok, Value}) -> Value;
value(Error) -> answer(Error).

answer(ok) -> ok;
answer({error, eio}) -> {error, ?FAIL};
answer({error, ebusy}) -> {error, ?INVALID_STATE};
answer({error, enotsup}) -> {error, ?NOT_SUPPORTED};
answer({error, _}) -> {error, ?INVALID_ARG}.
