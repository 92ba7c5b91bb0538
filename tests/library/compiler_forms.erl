%% OTP's own compiler, all of its passes, unmodified: it compiles OTP's modules to the same bytes as on `erl`.
%% needs: kernel stdlib compiler
-module(compiler_forms).
-export([start/0]).

start() ->
    Modules = [
        lists, gen_server, gen, maps, queue, gb_trees, orddict, ordsets, proplists, calendar, base64, io_lib, supervisor
    ],
    [module(Module) || Module <- Modules],
    ok.

module(Module) ->
    File = code:which(Module),
    {ok, {Module, [{debug_info, {debug_info_v1, Backend, Data}}]}} = beam_lib:chunks(File, [debug_info]),
    {ok, Forms} = Backend:debug_info(erlang_v1, Module, Data, []),
    {ok, Module, Beam} = compile:forms(Forms, [deterministic, debug_info]),
    io:format("~w: ~0p~n", [Module, told(Beam)]).

%% Since OTP 26 `term_to_binary/1` writes atoms in UTF-8, which it does here only when asked for, as before. So there the
%% chunks that hold terms are compared as terms; all others, and before OTP 26 the whole file, byte for byte.
-if(?OTP_RELEASE >= 26).
told(Beam) ->
    {ok, _, Chunks} = beam_lib:all_chunks(Beam),
    [{Name, chunk(Name, Bytes)} || {Name, Bytes} <- Chunks].

chunk(Name, Bytes) when Name =:= "Attr"; Name =:= "CInf"; Name =:= "Dbgi"; Name =:= "Meta" ->
    erlang:phash2(binary_to_term(Bytes));
chunk("LitT", <<0:32, Table/binary>>) ->
    literals(Table);
chunk("LitT", <<_:32, Table/binary>>) ->
    literals(zlib:uncompress(Table));
chunk(_, Bytes) ->
    {byte_size(Bytes), erlang:md5(Bytes)}.

literals(<<Count:32, Table/binary>>) ->
    {Count, erlang:phash2([binary_to_term(Literal) || <<Size:32, Literal:Size/binary>> <= Table])}.
-else.
told(Beam) ->
    {byte_size(Beam), erlang:md5(Beam)}.
-endif.
