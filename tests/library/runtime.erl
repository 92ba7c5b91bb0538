%% init, code, os, application, timer, and error_handler's way with what is not there.
%% needs: kernel stdlib compiler
%% arguments: one -two three
-module(runtime).
-export([start/0, '$handle_undefined_function'/2, tick/2, start/2, prep_stop/1, stop/1, init/1]).

-define(P(X), io:format("~w ~tp~n", [?LINE, X])).

start() ->
    %% init.
    ?P(init:get_plain_arguments()),
    ?P(init:get_argument(no_such_flag)),
    ?P(init:get_argument(noshell)),
    ?P(is_list(init:get_arguments())),
    ?P(element(2, init:get_status())),
    ?P(is_tuple(init:script_id())),
    %% code.
    ?P([code:ensure_loaded(M) || M <- [lists, ?MODULE, no_such_module, erlang]]),
    ?P([filename:basename(code:which(M)) || M <- [lists, ?MODULE]]),
    ?P(code:which(no_such_module)),
    ?P([element(1, X) || X <- [code:is_loaded(lists), code:is_loaded(?MODULE)]]),
    ?P(code:is_loaded(no_such_module)),
    ?P([filename:basename(code:where_is_file(F)) || F <- ["lists.beam", "stdlib.app"]]),
    ?P(code:where_is_file("no_such_file")),
    {lists, Bin, File} = code:get_object_code(lists),
    ?P({is_binary(Bin), filename:basename(File), code:get_object_code(no_such_module)}),
    ?P(code:module_md5(Bin) =:= lists:module_info(md5)),
    ?P([code:lib_dir(no_such_app), code:priv_dir(no_such_app), code:lib_dir(no_such_app, x)]),
    ?P([is_list(code:lib_dir(A)) || A <- [kernel, stdlib]]),
    ?P(lists:suffix("/priv", code:priv_dir(stdlib))),
    ?P({code:objfile_extension(), code:get_mode(), is_list(code:root_dir())}),
    ?P(code:ensure_modules_loaded([lists, maps])),
    ?P(code:ensure_modules_loaded([lists, no_such_module])),
    {module, generated} = code:load_binary(generated, "generated.beam", generated(1)),
    ?P({generated:value(), code:is_loaded(generated) =/= false}),
    {module, generated} = code:load_binary(generated, "generated.beam", generated(2)),
    ?P({generated:value(), erlang:check_old_code(generated)}),
    ?P(code:soft_purge(generated)),
    ?P(code:purge(generated)),
    ?P(erlang:check_old_code(generated)),
    ?P(code:delete(generated)),
    ?P(catch generated:value()),
    ?P(code:is_loaded(generated)),
    ?P(code:load_file(no_such_module)),
    ?P(code:add_path("/no/such/folder")),
    ?P(code:is_sticky(no_such_module)),
    ?P(lists:keymember(?MODULE, 1, code:all_loaded())),
    ?P({code:del_path("/no/such/folder"), is_list(code:get_path())}),
    %% What is not there.
    ?P(catch ?MODULE:no_such_function(1, 2)),
    ?P(catch apply(no_such_module, f, [])),
    ?P(element(1, element(2, catch lists:no_such_function()))),
    F = fun lists:no_such_function/2,
    ?P(element(1, element(2, catch F(1, 2)))),
    %% os.
    ?P({os:getenv("EMBERL_NO_SUCH"), os:getenv("EMBERL_NO_SUCH", "default")}),
    ?P({os:putenv("EMBERL_TEST", "v\x{e4}l"), os:getenv("EMBERL_TEST"), os:unsetenv("EMBERL_TEST"), os:getenv("EMBERL_TEST")}),
    ?P([catch os:getenv(X) || X <- [atom, [a], "a\0b"]]),
    ?P([catch os:putenv(X, "v") || X <- ["", "a=b", atom]]),
    ?P(lists:all(fun(X) -> is_list(X) end, os:getenv())),
    ?P(os:type()),
    ?P(list_to_integer(os:getpid()) > 0),
    ?P({size(os:timestamp()), os:system_time() > 0, os:system_time(second) > 0, is_integer(os:perf_counter())}),
    ?P([is_list(X) || X <- [os:getenv("PATH"), os:find_executable("sh")]]),
    ?P(os:find_executable("no_such_program")),
    %% application.
    ?P(lists:sort([element(1, A) || A <- application:which_applications()])),
    ?P(lists:sort([element(1, A) || A <- application:loaded_applications()])),
    ?P([application:get_env(kernel, logger_level), application:get_env(no_app, key), application:get_env(no_app, key, default)]),
    ?P([application:set_env(no_app, key, 1), application:get_env(no_app, key), application:unset_env(no_app, key), application:get_env(no_app, key)]),
    ?P(application:start(no_such_app)),
    ?P(application:ensure_all_started(no_such_app)),
    ?P(application:ensure_all_started(stdlib)),
    ?P(application:start(kernel)),
    ?P(application:stop(no_such_app)),
    App = {application, own, [{description, "d"}, {vsn, "1.2"}, {modules, [runtime]}, {registered, []},
        {applications, [kernel, stdlib]}, {env, [{a, 1}, {b, 2}]}, {mod, {runtime, arg}}]},
    ?P(application:load(App)),
    ?P(application:load(App)),
    ?P(lists:sort(application:get_all_env(own))),
    ?P([application:get_key(own, K) || K <- [vsn, modules, description, none]]),
    ?P(application:start(own)),
    ?P(application:start(own)),
    ?P(is_pid(whereis(own_sup))),
    Own = whereis(own_sup),
    ?P(application:get_application(Own)),
    ?P(lists:keymember(own, 1, application:which_applications())),
    ?P(application:ensure_started(own)),
    Stopped = application:stop(own),
    timer:sleep(50),
    logger_std_h:filesync(default),
    ?P(Stopped),

    logger_std_h:filesync(default),
    ?P(whereis(own_sup)),
    ?P(application:unload(own)),
    ?P(application:get_env(own, a)),
    %% timer.
    ?P(element(1, timer:send_after(10, hello))),
    receive hello -> ?P(hello) after 1000 -> ?P(nothing) end,
    {ok, T1} = timer:send_after(1000, never),
    ?P(timer:cancel(T1)),
    {ok, T2} = timer:apply_after(1000, erlang, halt, []),
    ?P(timer:cancel(T2)),
    {ok, T3} = timer:send_interval(5, tick),
    ?P([receive tick -> tick after 1000 -> nothing end || _ <- [1, 2, 3]]),
    ?P(timer:cancel(T3)),
    {ok, T4} = timer:apply_interval(5, ?MODULE, tick, [self(), tock]),
    ?P([receive tock -> tock after 1000 -> nothing end || _ <- [1, 2]]),
    ?P(timer:cancel(T4)),
    ?P(element(1, timer:exit_after(10, self(), bye))),
    process_flag(trap_exit, true),
    ?P(receive {'EXIT', _, bye} -> bye after 1000 -> nothing end),
    ?P(element(2, timer:tc(fun() -> timer:sleep(1) end))),
    ?P([timer:seconds(1), timer:minutes(1), timer:hours(1), timer:hms(1, 2, 3)]),
    ?P([timer:send_after(X, x) || X <- [-1, a]]),
    ok.

tick(To, What) -> To ! What.

'$handle_undefined_function'(F, Args) -> {handled, F, Args}.

generated(N) ->
    compiled([{attribute, 1, module, generated}, {attribute, 1, export, [{value, 0}]},
        {function, 1, value, 0, [{clause, 1, [], [], [{integer, 1, N}]}]}]).

start(Type, Arg) ->
    io:format("start ~p ~p~n", [Type, Arg]),
    supervisor:start_link({local, own_sup}, ?MODULE, []).

prep_stop(State) -> io:format("prep_stop ~p~n", [State]), State.

stop(State) -> io:format("stop ~p~n", [State]).

init([]) -> {ok, {#{}, []}}.

compiled(Forms) ->
    {ok, _, Bin} = compile:forms(Forms, []),
    Bin.
