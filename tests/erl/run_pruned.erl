%% Runs a program with a folder of (pruned) modules and prints what the program prints.
%%
%%   erl -noshell -pa SCRIPTS -eval 'run_pruned:main(init:get_plain_arguments()).' -extra PROGRAM FOLDER MODE [FOLDER...]
%%
%% PROGRAM is a module; its start/0 is called. The exit code is 0 when it returned, 1 when it failed (why is then on
%% stderr), 2 for wrong arguments. MODE is one of:
%%
%%   bare   The proof for pruned modules. A second emulator is started with a boot script made here, which loads nothing
%%          but what is in the folders, run_pruned_node, and an error_handler of our own that fetches nothing. Nothing of
%%          OTP is there besides: no kernel processes, no code server. So every function that runs is from the
%%          folders, or is one of the emulator's own: its BIFs and its preloaded modules (erlang, init, prim_file, ...),
%%          which no running emulator can replace. A missing function is an `undef` error, as it would be on a device.
%%          What a program cannot use here: files, code loading, applications, the shell, names in `global`.
%%   node   For programs that need kernel's processes. This node is a complete one; the folders' modules are loaded in
%%          one go over OTP's, except those that the running system held before (they could be missing functions that
%%          kernel's processes call next). The code path is then set to the folders, so that nothing else can be fetched.
%%          This proves less: a function missing from a kept module (lists, gen_server, ...) goes unnoticed.
%%   whole  No replacing: the folders are added in front of the code path of this complete node. What it prints is what
%%          the other modes are compared with.
%%
%% Why not replace everything in a complete node: loading `lists` without what code_server or logger call kills them at
%% their next step, and with them the node. Why not rename: modules call each other by names made at run time.
%%
%% In all modes the program's group leader is run_pruned_node's, so that encodings and terminals make no difference, and
%% the log is off: its reports hold pids and times.
-module(run_pruned).
-export([main/1]).

main([Program, Folder, Mode | More]) ->
    Folders = [filename:absname(F) || F <- [Folder | More]],
    case [F || F <- Folders, not filelib:is_dir(F)] of
        [] -> mode(Mode, list_to_atom(Program), Folders);
        [Missing | _] -> usage(["there is no folder ", Missing])
    end;
main(_) ->
    usage("arguments: PROGRAM FOLDER bare|node|whole [FOLDER...]").

usage(Text) ->
    io:format(standard_error, "run_pruned: ~ts~n", [Text]),
    halt(2).

mode("bare", Program, Folders) ->
    bare(Program, Folders);
mode("node", Program, Folders) ->
    Kept = [M || {M, _} <- code:all_loaded()],
    Files = beams(Folders),
    _ = [code:unstick_dir(D) || D <- code:get_path()],
    Loaded = [{M, File, read(File)} || {M, File} <- Files, not lists:member(M, Kept)],
    complete_node(Program, fun() ->
        _ = [code:load_binary(M, File, Bytes) || {M, File, Bytes} <- Loaded],
        code:set_path(Folders)
    end);
mode("whole", Program, Folders) ->
    complete_node(Program, fun() -> code:add_pathsa(lists:reverse(Folders)) end);
mode(Other, _, _) ->
    usage(["unknown mode ", Other]).

complete_node(Program, Prepare) ->
    logger:set_primary_config(level, none),
    Prepare(),
    finish(run_pruned_node:run(Program, stdout())).

finish(ok) ->
    halt(0);
finish({failed, Class, Reason, Stack}) ->
    %% Nothing of the replaced modules may be used in mode node, but then printing is the least of the troubles.
    io:format(standard_error, "run_pruned: the program failed:~n~ts~n",
              [erl_error:format_exception(Class, Reason, Stack)]),
    halt(1).

bare(Program, Folders) ->
    %% Beside the compiled scripts, which are in a temporary folder when a test runs this.
    Work = filename:join(filename:dirname(code:which(?MODULE)), "bare." ++ os:getpid()),
    ok = file:make_dir(Work),
    Outcome = try in_folder(Work, Program, Folders)
              after file:del_dir_r(Work)
              end,
    finish(Outcome).

in_folder(Work, Program, Folders) ->
    Boot = filename:join(Work, "bare"),
    Result = filename:join(Work, "result"),
    Preloaded = erlang:pre_loaded(),
    Own = [run_pruned_node, error_handler],
    ok = file:write_file(filename:join(Work, "error_handler.beam"), error_handler()),
    Modules = [M || {M, _} <- beams(Folders), not lists:member(M, Preloaded ++ Own)],
    Here = filename:dirname(code:which(?MODULE)),
    Script = {script, {"bare", "1"},
              [{preLoaded, Preloaded}, {progress, preloaded}, {path, [Work, Here | Folders]},
               {primLoad, Own ++ Modules}, {progress, modules_loaded},
               {apply, {run_pruned_node, start, [Program, Result]}}, {progress, started}]},
    ok = file:write_file(Boot ++ ".boot", term_to_binary(Script)),
    Erl = os:find_executable("erl"),
    Port = open_port({spawn_executable, Erl},
                     [{args, ["-boot", Boot, "-noshell", "+S", "1"]},
                      {env, [{"ERL_CRASH_DUMP_BYTES", "0"}]}, exit_status, binary, use_stdio, stream]),
    Status = relay(Port, stdout()),
    case file:read_file(Result) of
        {ok, Bytes} -> binary_to_term(Bytes);
        {error, _} -> {failed, error, {the_emulator_ended_with, Status}, []}
    end.

%% The module that the emulator calls for a function that is not there. The emulator must have one (OTP 25 ends with a
%% signal at the first undefined call otherwise). Made here, since a compiled error_handler beside this module would
%% replace OTP's own. It does what OTP's does, but for the loading: `undef`, with the missing function on top of the stack.
error_handler() ->
    Source = ["-module(error_handler).",
              "-export([undefined_function/3, undefined_lambda/3, breakpoint/3]).",
              "undefined_function(M, F, A) ->"
              "    case erlang:function_exported(M, '$handle_undefined_function', 2) of"
              "        true -> M:'$handle_undefined_function'(F, A);"
              "        false -> fail({M, F, A, []})"
              "    end.",
              "undefined_lambda(_, Fun, A) -> fail({Fun, A, []}).",
              "breakpoint(M, F, A) -> fail({M, F, A, []}).",
              "fail(Call) -> try erlang:error(undef) catch error:undef:S -> erlang:raise(error, undef, [Call | tl(S)]) end."],
    Forms = [begin
                 {ok, Tokens, _} = erl_scan:string(Text),
                 {ok, Form} = erl_parse:parse_form(Tokens),
                 Form
             end || Text <- Source],
    {ok, error_handler, Beam} = compile:forms(Forms),
    Beam.

relay(Port, Output) ->
    receive
        {Port, {data, Bytes}} ->
            port_command(Output, Bytes),
            relay(Port, Output);
        {Port, {exit_status, Status}} -> Status
    end.

%% A port of its own: `user` would take bytes for Latin-1 characters and encode them.
stdout() ->
    open_port({fd, 0, 1}, [out, binary]).

%% All modules of the folders; the first folder wins, as in a code path.
beams(Folders) ->
    All = [{list_to_atom(filename:basename(File, ".beam")), File}
           || Folder <- Folders, File <- lists:sort(filelib:wildcard(filename:join(Folder, "*.beam")))],
    lists:ukeysort(1, All).

read(File) ->
    {ok, Bytes} = file:read_file(File),
    Bytes.
