%% Files as OTP's loader of modules reads them: those of the system, and the plain files of packs.
-module(erl_prim_loader).
-export([get_path/0, set_path/1, get_file/1, read_file/1, list_dir/1, read_file_info/1, read_link_info/1, get_cwd/0, get_cwd/1]).
-export([is_basename/1, purge_archive_cache/0, set_primary_archive/4]).

get_path() ->
    {ok, code:get_path()}.

set_path(Path) ->
    _ = code:set_path(Path),
    ok.

get_file(Name) when is_atom(Name) ->
    get_file(atom_to_list(Name));
get_file(Name) ->
    case prim_file:read_file(Name) of
        {ok, Bytes} -> {ok, Bytes, Name};
        _ -> error
    end.

%% As OTP 27 and later ask for a file.
read_file(Name) ->
    ok_or_error(prim_file:read_file(Name)).

list_dir(Name) ->
    ok_or_error(prim_file:list_dir(Name)).

read_file_info(Name) ->
    ok_or_error(prim_file:read_file_info(Name)).

read_link_info(Name) ->
    ok_or_error(prim_file:read_link_info(Name)).

get_cwd() ->
    ok_or_error(prim_file:get_cwd()).

get_cwd(Drive) ->
    ok_or_error(prim_file:get_cwd(Drive)).

ok_or_error({ok, _} = Ok) -> Ok;
ok_or_error(_) -> error.

is_basename(Name) ->
    not lists:member($/, Name).

purge_archive_cache() ->
    ok.

set_primary_archive(_, _, _, _) ->
    {error, notsup}.
