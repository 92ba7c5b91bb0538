%% `code` of OTP without a code server: modules are those of the program, of its packs, and of the folders of the path,
%% found when they are first called. What is asked for is done at once, in the process that asks.
%%
%% Natives of the same module load: `ensure_loaded/1`, `load_binary/3`.
-module(code).
-export([
    load_file/1, load_abs/1, load_abs/2, ensure_modules_loaded/1, atomic_load/1, prepare_loading/1, finish_loading/1,
    purge/1, soft_purge/1, delete/1, get_object_code/1,
    is_loaded/1, all_loaded/0, all_available/0, which/1, where_is_file/1, where_is_file/2,
    get_path/0, set_path/1, add_path/1, add_patha/1, add_pathz/1, add_paths/1, add_pathsa/1, add_pathsz/1,
    del_path/1, replace_path/2, rehash/0, clash/0,
    root_dir/0, lib_dir/0, lib_dir/1, lib_dir/2, priv_dir/1, compiler_dir/0, objfile_extension/0,
    stick_dir/1, unstick_dir/1, stick_mod/1, unstick_mod/1, is_sticky/1, set_primary_archive/4,
    get_mode/0, module_md5/1, module_status/0, module_status/1, modified_modules/0, is_module_native/1,
    add_path/2, add_patha/2, add_pathz/2, add_paths/2, add_pathsa/2, add_pathsz/2, clear_cache/0
]).

%% Loading.

load_file(Module) when is_atom(Module) ->
    case get_object_code(Module) of
        {Module, Bytes, File} -> code:load_binary(Module, File, Bytes);
        error -> {error, nofile}
    end.

load_abs(File) ->
    load_abs(File, list_to_atom(filename:basename(File))).

load_abs(File, Module) ->
    Name = filename:absname(File) ++ objfile_extension(),
    case prim_file:read_file(Name) of
        {ok, Bytes} -> code:load_binary(Module, Name, Bytes);
        _ -> {error, nofile}
    end.

ensure_modules_loaded(Modules) ->
    failures([{Module, code:ensure_loaded(Module)} || Module <- Modules]).

failures(Results) ->
    case [{Module, Reason} || {Module, {error, Reason}} <- Results] of
        [] -> ok;
        Failures -> {error, Failures}
    end.

%% Each module is loaded at once here; all are read before.
prepare_loading(Modules) ->
    Read = [{Module, object(Item)} || Item <- Modules, Module <- [name(Item)]],
    case [{Module, nofile} || {Module, error} <- Read] of
        [] -> {ok, {emberl_prepared, Read}};
        Failures -> {error, Failures}
    end.

name({Module, _, _}) -> Module;
name(Module) -> Module.

object({Module, File, Bytes}) -> {Module, Bytes, File};
object(Module) -> get_object_code(Module).

finish_loading({emberl_prepared, Read}) ->
    failures([{Module, code:load_binary(Module, File, Bytes)} || {Module, {_, Bytes, File}} <- Read]).

atomic_load(Modules) ->
    case prepare_loading(Modules) of
        {ok, Prepared} -> finish_loading(Prepared);
        Error -> Error
    end.

get_object_code(Module) when is_atom(Module) ->
    case emberl:module(Module) of
        undefined -> error;
        Bytes -> {Module, Bytes, file(Module)}
    end.

%% Code stays where it is; what was replaced is not called by name any more.

delete(Module) when is_atom(Module) ->
    (catch erlang:delete_module(Module)) =:= true.

%% Whether a process had to be killed: never.
purge(Module) when is_atom(Module) ->
    _ = (catch erlang:purge_module(Module)),
    false.

soft_purge(Module) when is_atom(Module) ->
    not purge(Module).

%% What is loaded, and from where.

is_loaded(Module) when is_atom(Module) ->
    case erlang:module_loaded(Module) of
        true -> {file, file(Module)};
        false -> false
    end.

all_loaded() ->
    [{Module, file(Module)} || Module <- erlang:loaded()].

all_available() ->
    [{atom_to_list(Module), File, true} || {Module, File} <- all_loaded()].

which(Module) when is_atom(Module) ->
    case emberl:path(Module) of
        undefined ->
            case erlang:module_loaded(Module) of
                true -> file(Module);
                false -> non_existing
            end;
        Path ->
            text(Path)
    end.

%% What has no file is part of the virtual machine.
file(Module) ->
    case emberl:path(Module) of
        undefined -> preloaded;
        Path -> text(Path)
    end.

where_is_file(File) ->
    where_is_file(get_path(), File).

where_is_file([], _) ->
    non_existing;
where_is_file([Folder | Rest], File) ->
    Name = Folder ++ "/" ++ File,
    case prim_file:read_file_info(Name) of
        {ok, _} -> Name;
        _ -> where_is_file(Rest, File)
    end.

module_md5(Bytes) when is_binary(Bytes) ->
    case beam_lib:md5(Bytes) of
        {ok, {_, Md5}} -> Md5;
        _ -> undefined
    end.

module_status() ->
    module_status([Module || {Module, _} <- all_loaded()]).

module_status(Modules) when is_list(Modules) ->
    [{Module, module_status(Module)} || Module <- Modules];
module_status(Module) when is_atom(Module) ->
    case {erlang:module_loaded(Module), emberl:path(Module)} of
        {false, _} -> not_loaded;
        _ -> loaded
    end.

modified_modules() ->
    [].

is_module_native(Module) ->
    case erlang:module_loaded(Module) of
        true -> false;
        false -> undefined
    end.

%% The path.

get_path() ->
    [text(Folder) || Folder <- emberl:folders()].

set_path(Path) ->
    case is_list(Path) andalso lists:all(fun is_folder_name/1, Path) of
        true -> emberl:set_folders([bytes(Folder) || Folder <- Path]), true;
        false -> {error, bad_path}
    end.

is_folder_name(Name) ->
    is_list(Name) andalso Name =/= [].

add_path(Folder) -> add_pathz(Folder).

add_patha(Folder) -> add(Folder, fun(Path) -> [Folder | lists:delete(Folder, Path)] end).

add_pathz(Folder) ->
    add(Folder, fun(Path) ->
        case lists:member(Folder, Path) of
            true -> Path;
            false -> Path ++ [Folder]
        end
    end).

add(Folder, Change) ->
    case prim_file:read_file_info(Folder) of
        {ok, Info} when element(3, Info) =:= directory -> set_path(Change(get_path()));
        _ -> {error, bad_directory}
    end.

add_paths(Folders) -> add_pathsz(Folders).

add_pathsa(Folders) ->
    lists:foreach(fun add_patha/1, Folders).

add_pathsz(Folders) ->
    lists:foreach(fun add_pathz/1, Folders).

%% Nothing is cached, or all.
add_path(Folder, _) -> add_path(Folder).
add_patha(Folder, _) -> add_patha(Folder).
add_pathz(Folder, _) -> add_pathz(Folder).
add_paths(Folders, _) -> add_paths(Folders).
add_pathsa(Folders, _) -> add_pathsa(Folders).
add_pathsz(Folders, _) -> add_pathsz(Folders).

del_path(Name) ->
    Path = get_path(),
    case [Folder || Folder <- Path, Folder =:= Name orelse is_of(Name, Folder)] of
        [Folder | _] -> set_path(lists:delete(Folder, Path));
        [] -> false
    end.

replace_path(Name, Folder) ->
    Path = [Old || Old <- get_path(), not is_of(Name, Old)],
    set_path([Folder | Path]).

rehash() -> ok.

clear_cache() -> ok.

clash() -> ok.

%% Applications.

root_dir() -> parent(parent(parent(lib_dir(stdlib)))).

%% Of the folder of an application the one above.
lib_dir() ->
    case lib_dir(stdlib) of
        {error, _} -> "";
        Folder -> parent(Folder)
    end.

lib_dir(Name) ->
    case [Folder || Folder <- get_path(), is_of(Name, Folder)] of
        [Folder | _] -> parent(Folder);
        [] -> {error, bad_name}
    end.

lib_dir(Name, Below) ->
    case lib_dir(Name) of
        {error, _} = Error -> Error;
        Folder -> Folder ++ "/" ++ to_list(Below)
    end.

priv_dir(Name) ->
    lib_dir(Name, priv).

compiler_dir() ->
    lib_dir(compiler).

%% Whether a folder is `.../Name/ebin` or `.../Name-Version/ebin`.
is_of(Name, Folder) ->
    case lists:reverse(string:lexemes(Folder, "/")) of
        ["ebin", Application | _] -> hd(string:split(Application ++ "-", "-")) =:= to_list(Name);
        [Application | _] -> Application =:= to_list(Name);
        [] -> false
    end.

parent({error, _} = Error) ->
    Error;
parent(Folder) ->
    filename:dirname(Folder).

to_list(Name) when is_atom(Name) -> atom_to_list(Name);
to_list(Name) -> Name.

objfile_extension() ->
    ".beam".

%% No folder is protected.

stick_dir(_) -> ok.
unstick_dir(_) -> ok.
stick_mod(_) -> true.
unstick_mod(_) -> true.
is_sticky(_) -> false.

set_primary_archive(_, _, _, _) ->
    {error, notsup}.

get_mode() ->
    interactive.

text(Bytes) ->
    case unicode:characters_to_list(Bytes, unicode) of
        Text when is_list(Text) -> Text;
        _ -> binary_to_list(Bytes)
    end.

bytes(Text) ->
    unicode:characters_to_binary(Text).
