%% The application kernel on this virtual machine: of OTP's processes those that are not started by name one by one
%% (`emberl_services`): the supervisor of the logger's handlers.
-module(kernel).
-behaviour(application).
-behaviour(supervisor).
-export([start/2, stop/1, config_change/3, init/1]).

start(_, []) ->
    HasLogger = whereis(logger) =/= undefined,
    HasLogger andalso (ok = logger:internal_init_logger()),
    case supervisor:start_link({local, kernel_sup}, kernel, HasLogger) of
        {ok, Pid} ->
            HasLogger andalso (ok = logger:add_handlers(kernel)),
            {ok, Pid, []};
        Error ->
            Error
    end.

stop(_) ->
    ok.

config_change(_, _, _) ->
    ok.

init(safe) ->
    {ok, {#{strategy => one_for_one, intensity => 4, period => 3600}, []}};
init(HasLogger) ->
    Logger = #{
        id => logger_sup,
        start => {logger_sup, start_link, []},
        restart => permanent,
        shutdown => infinity,
        type => supervisor,
        modules => [logger_sup]
    },
    {ok, {#{strategy => one_for_all, intensity => 0, period => 1}, [Logger || HasLogger]}}.
