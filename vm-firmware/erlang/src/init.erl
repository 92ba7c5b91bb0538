%% `init` of OTP as far as a program sees it: its arguments, how it starts and stops, and the process `init`, which makes
%% OTP's own processes (the logger, the application controller, the application kernel) when one is first asked for.
%%
%% There is no boot script, and nothing can be restarted: modules are loaded when they are called.
-module(init).
-export([boot/1, emberl_run/0]).
-export([
    stop/0, stop/1, restart/0, restart/1, reboot/0,
    get_argument/1, get_arguments/0, get_plain_arguments/0,
    get_status/0, script_id/0, script_name/0,
    notify_when_started/1, wait_until_started/0,
    ensure_loaded/1, fetch_loaded/0, make_permanent/2,
    get_configfd/1, set_configfd/2,
    objfile_extension/0, archive_extension/0, code_path_choice/0, run_on_load_handlers/0
]).

%% Starts a program: packs that bring a module `init` ask for it.
boot([<<"-s">>, Module]) when is_atom(Module) ->
    Module:start().

%% The process `init`. (A name that nobody else has: who prunes code by names does not keep it for another's sake.)
emberl_run() ->
    process_flag(trap_exit, true),
    loop(undefined).

%% `Controller` is the application controller, once there is one.
loop(Controller) ->
    receive
        boot ->
            loop(started(Controller, fun() -> ok end));
        {crash, Pid, Leader, Time, Reason} ->
            loop(started(Controller, fun() -> log_crash(Pid, Leader, Time, Reason) end));
        {stop, Status} ->
            stop_all(Controller),
            halt(Status);
        {'EXIT', Controller, Reason} when is_pid(Controller) ->
            ended(Reason);
        _ ->
            loop(Controller)
    end.

%% A process has ended by an error: what OTP's emulator tells the logger then.
log_crash(Pid, Leader, Time, Reason) ->
    Meta = #{pid => Pid, gl => Leader, time => Time, error_logger => #{emulator => true, tag => error}},
    Event = {log, error, "Error in process ~p with exit value:~n~p~n", [Pid, Reason], Meta},
    case erlang:system_info(system_logger) of
        undefined -> ok;
        %% Where there is no such process, nobody can be told.
        Logger -> catch Logger ! Event, ok
    end.

%% Makes what is not there, and does something then; who waits goes on after that.
started(undefined, Do) ->
    Controller = (catch make()),
    Do(),
    emberl:booted(),
    case is_pid(Controller) of
        true -> Controller;
        false -> none
    end;
started(Controller, Do) ->
    Do(),
    Controller.

make() ->
    %% Of each what is there: a program may bring the one and not the other.
    case code:ensure_loaded(logger_server) of
        {module, _} -> {ok, _} = logger_server:start_link();
        _ -> ok
    end,
    {module, _} = code:ensure_loaded(application_controller),
    {ok, Controller} = application_controller:start(description(kernel)),
    _ = application:load(description(stdlib)),
    _ = application:start_boot(kernel, permanent),
    _ = application:start_boot(stdlib, permanent),
    Controller.

%% The application's own file, where it is there.
description(Application) ->
    case code:where_is_file(atom_to_list(Application) ++ ".app") of
        non_existing ->
            {application, Application, [{vsn, "0"} | items(Application)]};
        File ->
            {ok, Bytes, _} = erl_prim_loader:get_file(File),
            {ok, Tokens, _} = (library("erl_scan")):string(unicode:characters_to_list(Bytes)),
            {ok, Description} = (library("erl_parse")):parse_term(Tokens),
            Description
    end.

%% A module that is there where `.app` files are. Where they are not, who packs what code names shall not find it named.
library(Name) ->
    list_to_atom(Name).

items(kernel) ->
    [
        {description, "ERTS  CXC 138 10"},
        {modules, []},
        {registered, []},
        {applications, []},
        {env, [{logger_level, notice}, {logger_sasl_compatible, false}]},
        {mod, {kernel, []}}
    ];
items(stdlib) ->
    [
        {description, "ERTS  CXC 138 10"},
        {modules, []},
        {registered, []},
        {applications, [kernel]},
        {env, []}
    ].

%% Applications end in the opposite order of their start.
stop_all(Controller) when is_pid(Controller) ->
    exit(Controller, shutdown),
    receive
        {'EXIT', Controller, _} -> ok
    end;
stop_all(_) ->
    ok.

%% The application controller ends when a permanent application does, and the program with it.
ended(shutdown) ->
    halt(0);
ended(Reason) ->
    Text = unicode:characters_to_binary(io_lib:format("Kernel pid terminated (application_controller) (~tp)~n", [Reason])),
    emberl:write(error, Text),
    halt(1).

stop() ->
    stop(0).

stop(Status) when is_integer(Status), Status >= 0; is_list(Status); Status =:= abort ->
    init ! {stop, Status},
    ok;
stop(_) ->
    erlang:error(badarg).

reboot() ->
    stop().

%% A program does not start itself again.
restart() ->
    erlang:error(notsup).

restart(_) ->
    erlang:error(notsup).

get_plain_arguments() ->
    [text(Argument) || Argument <- emberl:arguments()].

%% Flags there are none but what OTP's modules ask about.
get_arguments() ->
    [{progname, ["emberl"]}, {noshell, []}].

get_argument(Flag) ->
    case [Values || {Name, Values} <- get_arguments(), Name =:= Flag] of
        [] when Flag =:= home -> home();
        [] -> error;
        Values -> {ok, Values}
    end.

home() ->
    case os:getenv("HOME") of
        false -> error;
        Home -> {ok, [[Home]]}
    end.

text(Bytes) ->
    case unicode:characters_to_list(Bytes, unicode) of
        Text when is_list(Text) -> Text;
        _ -> binary_to_list(Bytes)
    end.

get_status() ->
    {started, started}.

script_id() ->
    {"Emberl", erlang:system_info(otp_release)}.

script_name() ->
    [].

notify_when_started(_) ->
    started.

wait_until_started() ->
    ok.

ensure_loaded(Module) ->
    code:ensure_loaded(Module).

fetch_loaded() ->
    [].

make_permanent(_, _) ->
    {error, notsup}.

get_configfd(_) ->
    none.

set_configfd(_, _) ->
    ok.

objfile_extension() ->
    ".beam".

archive_extension() ->
    ".ez".

code_path_choice() ->
    strict.

run_on_load_handlers() ->
    ok.
