%% OTP's own compiler, all of its passes, unmodified: it compiles OTP's modules to the same bytes as on `erl`.
%% needs: kernel stdlib compiler
-module(compiler_forms).
-export([start/0]).

start() ->
    Modules = [
        lists, gen_server, gen, maps, queue, gb_trees, string, orddict, ordsets, proplists, calendar, base64, io_lib, supervisor,
        gen_statem, dict, sofs
    ],
    [module(Module) || Module <- Modules],
    ok.

module(Module) ->
    File = code:which(Module),
    {ok, {Module, [{debug_info, {debug_info_v1, Backend, Data}}]}} = beam_lib:chunks(File, [debug_info]),
    {ok, Forms} = Backend:debug_info(erlang_v1, Module, Data, []),
    {ok, Module, Beam} = compile:forms(Forms, [deterministic, debug_info]),
    {ok, Module, Core} = compile:forms(Forms, [to_core, binary, deterministic]),
    io:format("~w: ~w bytes, ~w~n", [Module, byte_size(Beam), erlang:md5(Beam)]),
    io:format("~w~n", [erlang:phash2(Core)]).
