%% Files: what OTP's module of this name does over natives of its own, over those of `emberl`. On a machine without files
%% those of packs can be read, by their names there.
-module(prim_file).
-export([
    open/2, close/1, sync/1, datasync/1, truncate/1, advise/4, allocate/3,
    read_line/1, read/2, write/2, position/2, pread/2, pread/3, pwrite/2, pwrite/3,
    ipread_s32bu_p32bu/3, sendfile/8, get_handle/1, copy/3, file_desc_to_ref/2, altname/1,
    read_file/1, write_file/2, read_link/1, read_link_all/1,
    read_link_info/1, read_link_info/2, read_file_info/1, read_file_info/2,
    read_handle_info/1, read_handle_info/2, write_file_info/2, write_file_info/3,
    list_dir/1, list_dir_all/1, get_cwd/0, get_cwd/1, set_cwd/1,
    delete/1, rename/2, make_dir/1, del_dir/1, make_link/2, make_symlink/2,
    internal_name2native/1, internal_native2name/1, internal_normalize_utf8/1, is_translatable/1, start/0
]).

-include_lib("kernel/include/file.hrl").

%% The record's data: the handle and the name.
-define(OPENED(Handle), #file_descriptor{module = ?MODULE, data = #{handle := Handle}}).

%% Open files.

open(Name, Modes) ->
    with_name(Name, fun(Bytes) ->
        case modes(Modes, 0) of
            badarg ->
                {error, badarg};
            Bits ->
                case emberl:file_open(Bytes, Bits) of
                    {ok, Handle} ->
                        {ok, #file_descriptor{module = ?MODULE, data = #{handle => Handle, name => Bytes}}};
                    Error ->
                        Error
                end
        end
    end).

modes([read | Rest], Bits) -> modes(Rest, Bits bor 1);
modes([write | Rest], Bits) -> modes(Rest, Bits bor 2);
modes([append | Rest], Bits) -> modes(Rest, Bits bor 4);
modes([exclusive | Rest], Bits) -> modes(Rest, Bits bor 8);
modes([Other | Rest], Bits) when is_atom(Other); is_tuple(Other) -> modes(Rest, Bits);
modes([], 0) -> 1;
modes([], Bits) -> Bits;
modes(_, _) -> badarg.

close(?OPENED(Handle)) -> emberl:file_handle(close, Handle, 0).

sync(?OPENED(Handle)) -> emberl:file_handle(sync, Handle, 0).

datasync(File) -> sync(File).

truncate(?OPENED(Handle)) -> emberl:file_handle(truncate, Handle, 0).

advise(?OPENED(_), Offset, Length, Advice) when is_integer(Offset), is_integer(Length) ->
    case lists:member(Advice, [normal, sequential, random, no_reuse, will_need, dont_need]) of
        true -> ok;
        false -> {error, einval}
    end;
advise(_, _, _, _) ->
    {error, badarg}.

allocate(_, _, _) -> {error, enotsup}.

read(?OPENED(Handle), Size) when is_integer(Size), Size >= 0 ->
    case emberl:file_handle(read, Handle, Size) of
        {ok, <<>>} when Size > 0 -> eof;
        Result -> Result
    end;
read(_, _) ->
    {error, badarg}.

%% A line with its end; the file is then behind it.
read_line(File) ->
    read_line(File, <<>>).

read_line(File, Before) ->
    case read(File, 256) of
        {ok, Bytes} ->
            All = <<Before/binary, Bytes/binary>>,
            case binary:match(All, <<"\n">>) of
                {At, 1} ->
                    Size = At + 1,
                    {ok, _} = position(File, {cur, Size - byte_size(All)}),
                    <<Line:Size/binary, _/binary>> = All,
                    {ok, Line};
                nomatch ->
                    read_line(File, All)
            end;
        eof when Before =/= <<>> ->
            {ok, Before};
        Other ->
            Other
    end.

write(?OPENED(Handle), Data) ->
    try erlang:iolist_to_binary(Data) of
        Bytes -> emberl:file_write(Handle, Bytes)
    catch
        error:badarg -> {error, badarg}
    end;
write(_, _) ->
    {error, badarg}.

position(File, bof) -> position(File, {bof, 0});
position(File, cur) -> position(File, {cur, 0});
position(File, eof) -> position(File, {eof, 0});
position(File, Offset) when is_integer(Offset) -> position(File, {bof, Offset});
position(?OPENED(Handle), {From, Offset}) when
    is_integer(Offset), (From =:= bof orelse From =:= cur orelse From =:= eof)
->
    emberl:file_handle(From, Handle, Offset);
position(_, _) ->
    {error, badarg}.

pread(File, Places) when is_list(Places) -> pread_all(File, Places, []);
pread(_, _) -> {error, badarg}.

pread_all(File, [{At, Size} | Rest], Read) ->
    case pread(File, At, Size) of
        {ok, Bytes} -> pread_all(File, Rest, [Bytes | Read]);
        eof -> pread_all(File, Rest, [eof | Read]);
        Error -> Error
    end;
pread_all(_, [], Read) ->
    {ok, lists:reverse(Read)};
pread_all(_, _, _) ->
    {error, badarg}.

pread(File, At, Size) ->
    there(File, At, fun() -> read(File, Size) end).

pwrite(File, Places) when is_list(Places) -> pwrite_all(File, Places, 0);
pwrite(_, _) -> {error, badarg}.

pwrite_all(File, [{At, Data} | Rest], Done) ->
    case pwrite(File, At, Data) of
        ok -> pwrite_all(File, Rest, Done + 1);
        {error, Reason} -> {error, {Done, Reason}}
    end;
pwrite_all(_, [], _) ->
    ok;
pwrite_all(_, _, _) ->
    {error, badarg}.

pwrite(File, At, Data) ->
    there(File, At, fun() -> write(File, Data) end).

%% Does something at a place; the file is afterwards where it was.
there(File, At, Do) ->
    case position(File, cur) of
        {ok, Before} ->
            case position(File, At) of
                {ok, _} ->
                    Result = Do(),
                    {ok, _} = position(File, Before),
                    Result;
                Error ->
                    Error
            end;
        Error ->
            Error
    end.

ipread_s32bu_p32bu(File, At, Most) ->
    case pread(File, At, 8) of
        {ok, <<0:32, Place:32>>} ->
            {ok, {0, Place, eof}};
        {ok, <<Size:32, Place:32>>} when Size =< Most ->
            case pread(File, Place, Size) of
                {ok, Bytes} -> {ok, {Size, Place, Bytes}};
                eof -> {ok, {Size, Place, eof}};
                Error -> Error
            end;
        {error, _} = Error ->
            Error;
        _ ->
            eof
    end.

sendfile(_, _, _, _, _, _, _, _) -> {error, enotsup}.

get_handle(_) -> {error, enotsup}.

file_desc_to_ref(_, _) -> {error, enotsup}.

copy(From, To, Most) ->
    copy(From, To, Most, 0).

copy(_, _, 0, Done) ->
    {ok, Done};
copy(From, To, Most, Done) ->
    %% An atom is larger than any number.
    case read(From, min(Most, 65536)) of
        {ok, Bytes} ->
            case write(To, Bytes) of
                ok when is_integer(Most) -> copy(From, To, Most - byte_size(Bytes), Done + byte_size(Bytes));
                ok -> copy(From, To, Most, Done + byte_size(Bytes));
                Error -> Error
            end;
        eof ->
            {ok, Done};
        Error ->
            Error
    end.

%% Whole files.

read_file(Name) ->
    with_name(Name, fun(Bytes) ->
        case emberl:file_name(read, Bytes, 0) of
            {ok, _} = Ok ->
                Ok;
            Error ->
                case emberl:file(Bytes) of
                    undefined when Error =:= {error, enotsup} -> {error, enoent};
                    undefined -> Error;
                    Contents -> {ok, Contents}
                end
        end
    end).

write_file(Name, Data) ->
    try erlang:iolist_to_binary(Data) of
        Bytes ->
            case open(Name, [write]) of
                {ok, File} ->
                    case write(File, Bytes) of
                        ok ->
                            close(File);
                        Error ->
                            _ = close(File),
                            Error
                    end;
                Error ->
                    Error
            end
    catch
        error:badarg -> {error, badarg}
    end.

%% What is known of files.

read_file_info(Name) -> read_file_info(Name, []).

read_file_info(Name, Options) -> look(Name, true, Options).

read_link_info(Name) -> read_link_info(Name, []).

read_link_info(Name, Options) -> look(Name, false, Options).

read_handle_info(File) -> read_handle_info(File, []).

read_handle_info(#file_descriptor{module = ?MODULE, data = #{name := Name}}, Options) -> look(Name, true, Options).

look(Name, Follow, Options) ->
    with_name(Name, fun(Bytes) ->
        case emberl:file_name(look, Bytes, Follow) of
            {ok, Elements} ->
                {ok, in_time(list_to_tuple([file_info | tuple_to_list(Elements)]), time(Options))};
            {error, enotsup} ->
                in_pack(Bytes);
            Error ->
                Error
        end
    end).

%% On a machine without files.
in_pack(Name) ->
    case emberl:file(Name) of
        undefined -> {error, enoent};
        Bytes -> {ok, #file_info{size = byte_size(Bytes), type = regular, access = read, mode = 8#100444, links = 1}}
    end.

time([]) -> local;
time([{time, Type} | _]) when Type =:= local; Type =:= universal; Type =:= posix -> Type;
time([_ | Rest]) -> time(Rest).

in_time(Info, posix) ->
    Info;
in_time(#file_info{atime = A, mtime = M, ctime = C} = Info, Type) ->
    Info#file_info{atime = date(A, Type), mtime = date(M, Type), ctime = date(C, Type)}.

date(Seconds, universal) -> erlang:posixtime_to_universaltime(Seconds);
date(Seconds, local) -> erlang:universaltime_to_localtime(erlang:posixtime_to_universaltime(Seconds)).

write_file_info(Name, Info) -> write_file_info(Name, Info, []).

write_file_info(Name, #file_info{mode = Mode, atime = Access, mtime = Change}, Options) ->
    with_name(Name, fun(Bytes) ->
        Permitted =
            case Mode of
                undefined -> ok;
                _ -> emberl:file_name(permit, Bytes, Mode band 8#7777)
            end,
        case Permitted of
            ok when Access =:= undefined, Change =:= undefined ->
                ok;
            ok ->
                Type = time(Options),
                Later = seconds(Change, Type, seconds(Access, Type, erlang:system_time(second))),
                emberl:file_name(date, Bytes, {seconds(Access, Type, Later), Later});
            Error ->
                Error
        end
    end).

seconds(undefined, _, Default) -> Default;
seconds(Seconds, posix, _) -> Seconds;
seconds(Date, universal, _) -> erlang:universaltime_to_posixtime(Date);
seconds(Date, local, _) -> erlang:universaltime_to_posixtime(erlang:localtime_to_universaltime(Date)).

read_link(Name) ->
    with_name(Name, fun(Bytes) -> named(emberl:file_name(link, Bytes, 0)) end).

read_link_all(Name) -> read_link(Name).

list_dir(Name) ->
    with_name(Name, fun(Bytes) ->
        case emberl:file_name(list, Bytes, 0) of
            {ok, Names} -> {ok, [internal_native2name(Entry) || Entry <- Names]};
            Error -> Error
        end
    end).

list_dir_all(Name) -> list_dir(Name).

get_cwd() -> named(emberl:file_name(current, <<>>, 0)).

get_cwd(_) -> {error, enotsup}.

named({ok, Bytes}) -> {ok, internal_native2name(Bytes)};
named(Error) -> Error.

altname(Name) -> {ok, Name}.

%% Changes.

set_cwd(Name) -> change(set_cwd, Name, <<>>).
delete(Name) -> change(delete, Name, <<>>).
make_dir(Name) -> change(make_dir, Name, <<>>).
del_dir(Name) -> change(del_dir, Name, <<>>).
rename(Name, New) -> change(rename, Name, New).
make_link(Name, New) -> change(make_link, Name, New).
make_symlink(Name, New) -> change(make_symlink, Name, New).

change(What, Name, Second) ->
    with_name(Name, fun(First) -> with_name(Second, fun(Other) -> emberl:file_change(What, First, Other) end) end).

%% Names.

with_name(Name, Do) ->
    case (catch internal_name2native(Name)) of
        Bytes when is_binary(Bytes) -> Do(Bytes);
        _ -> {error, badarg}
    end.

internal_name2native(Name) ->
    Bytes =
        if
            is_binary(Name) -> Name;
            is_atom(Name) -> atom_to_binary(Name);
            true -> unicode:characters_to_binary(Name, unicode)
        end,
    %% A zero byte would end the name for the system.
    nomatch = binary:match(Bytes, <<0>>),
    Bytes.

internal_native2name(Bytes) ->
    case unicode:characters_to_list(Bytes, unicode) of
        Text when is_list(Text) -> Text;
        _ -> Bytes
    end.

internal_normalize_utf8(Bytes) -> unicode:characters_to_list(Bytes).

is_translatable(_) -> true.

%% OTP has a process that closes files here.
start() ->
    receive
        _ -> start()
    end.
