%% Pins, as AtomVM's programs use them: `ok`, `high`, `low`, or `error`. Each function does at once what it says; the process
%% that start/0 and open/0 give is there for programs that ask it, and for those who are told of pins.
%%
%% {gpio_interrupt, Pin} goes to the process that asked for it, or the one that it named, until remove_int/2, or until that
%% ends.
-module(gpio).
-export([start/0, open/0, stop/0, close/1, read/2, set_direction/3, set_level/3, set_int/3, set_int/4, remove_int/2]).
-export([init/1, deinit/1, set_pin_mode/2, set_pin_pull/2, set_function/2, hold_en/1, hold_dis/1]).
-export([deep_sleep_hold_en/0, deep_sleep_hold_dis/0, digital_write/2, digital_read/1, attach_interrupt/2]).
-export([detach_interrupt/1, wakeup_enable/2]).
-export([opened/1, called/3, heard/2]).

start() ->
    case whereis(gpio) of
        undefined -> open();
        Pid -> Pid
    end.

open() ->
    case emberl_port:open(?MODULE, []) of
        {ok, Pid} -> Pid;
        {error, _} -> error(badarg)
    end.

stop() ->
    case whereis(gpio) of
        undefined -> ok;
        Pid -> close(Pid)
    end.

close(Gpio) ->
    emberl_port:call(Gpio, {close}).

read(Gpio, Pin) ->
    emberl_port:call(Gpio, {read, Pin}).

set_direction(Gpio, Pin, Direction) ->
    emberl_port:call(Gpio, {set_direction, Pin, Direction}).

set_level(Gpio, Pin, Level) ->
    emberl_port:call(Gpio, {set_level, Pin, Level}).

set_int(Gpio, Pin, Trigger) ->
    emberl_port:call(Gpio, {set_int, Pin, Trigger}).

set_int(Gpio, Pin, Trigger, Pid) ->
    emberl_port:call(Gpio, {set_int, Pin, Trigger, Pid}).

remove_int(Gpio, Pin) ->
    emberl_port:call(Gpio, {remove_int, Pin}).

attach_interrupt(Pin, Trigger) ->
    set_int(start(), Pin, Trigger).

detach_interrupt(Pin) ->
    remove_int(start(), Pin).

init(Pin) ->
    done(fun() -> emberl_board:pin_mode(Pin, input) end).

deinit(Pin) ->
    done(fun() -> emberl_board:pin_release(Pin) end).

set_pin_mode(Pin, Mode) ->
    done(fun() -> emberl_board:pin_mode(Pin, Mode) end).

set_pin_pull(Pin, Pull) ->
    done(fun() -> emberl_board:pin_pull(Pin, Pull) end).

%% Buses take their pins themselves.
set_function(Pin, sio) ->
    init(Pin);
set_function(_, _) ->
    error.

hold_en(Pin) ->
    done(fun() -> emberl_board:pin_hold(Pin, true) end).

hold_dis(Pin) ->
    done(fun() -> emberl_board:pin_hold(Pin, false) end).

deep_sleep_hold_en() ->
    done(fun() -> emberl_board:hold_in_sleep(true) end).

deep_sleep_hold_dis() ->
    done(fun() -> emberl_board:hold_in_sleep(false) end).

%% Of light sleep, which no board has here.
wakeup_enable(_, _) ->
    error.

digital_write(Pin, high) -> digital_write(Pin, 1);
digital_write(Pin, low) -> digital_write(Pin, 0);
digital_write(Pin, Level) -> done(fun() -> emberl_board:pin_write(Pin, Level) end).

digital_read(Pin) ->
    try emberl_board:pin_read(Pin) of
        {ok, 1} -> high;
        {ok, 0} -> low;
        {error, _} -> error
    catch
        error:badarg -> error
    end.

done(Ask) ->
    try Ask() of
        ok -> ok;
        {error, _} -> error
    catch
        error:badarg -> error
    end.

%% The process. Its state is a map of pins to handles of who is told of them.

opened([]) ->
    try register(gpio, self()) of
        true -> {ok, #{}, keep}
    catch
        error:badarg -> {error, already}
    end.

called({close}, _, Watched) ->
    [emberl_board:close(Handle) || Handle <- maps:values(Watched)],
    unregister(gpio),
    {stop, ok};
called({read, Pin}, _, Watched) ->
    {reply, digital_read(Pin), Watched};
called({set_direction, Pin, Direction}, _, Watched) ->
    {reply, set_pin_mode(Pin, Direction), Watched};
called({set_level, Pin, Level}, _, Watched) ->
    {reply, digital_write(Pin, Level), Watched};
called({set_int, Pin, Trigger}, {Pid, _}, Watched) ->
    watch(Pin, Trigger, Pid, Watched);
called({set_int, Pin, Trigger, Name}, _, Watched) when is_atom(Name) ->
    watch(Pin, Trigger, whereis(Name), Watched);
called({set_int, Pin, Trigger, Pid}, _, Watched) ->
    watch(Pin, Trigger, Pid, Watched);
called({remove_int, Pin}, _, Watched) ->
    unwatch(Pin, Watched);
called(_, _, Watched) ->
    {reply, error, Watched}.

heard(_, Watched) ->
    Watched.

watch(Pin, none, _, Watched) ->
    {reply, _, Left} = unwatch(Pin, Watched),
    {reply, ok, Left};
watch(Pin, Trigger, Pid, Watched) when is_pid(Pid) ->
    try emberl_board:pin_watch(Pin, Trigger) of
        {ok, Handle} ->
            case emberl_board:own(Handle, Pid) of
                ok ->
                    {reply, ok, Watched#{Pin => Handle}};
                {error, _} ->
                    emberl_board:close(Handle),
                    {reply, error, Watched}
            end;
        {error, _} ->
            {reply, error, Watched}
    catch
        error:badarg -> {reply, error, Watched}
    end;
watch(_, _, _, Watched) ->
    {reply, error, Watched}.

%% A handle whose process has ended is closed already.
unwatch(Pin, Watched) ->
    case Watched of
        #{Pin := Handle} -> {reply, done(fun() -> emberl_board:close(Handle) end), maps:remove(Pin, Watched)};
        _ -> {reply, error, Watched}
    end.
