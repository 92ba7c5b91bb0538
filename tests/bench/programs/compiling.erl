%% OTP's own compiler compiles modules of OTP, with all of its passes.
-module(compiling).
-export([start/0]).

start() ->
    Forms = [forms(Module) || Module <- [lists, gen_server, queue, proplists, io_lib]],
    %% Loads the compiler.
    compiled(forms(gen)),
    Start = erlang:monotonic_time(),
    lists:foreach(fun compiled/1, Forms),
    Time = erlang:monotonic_time() - Start,
    erlang:display({microseconds, erlang:convert_time_unit(Time, native, microsecond)}),
    ok.

forms(Module) ->
    {ok, {Module, [{debug_info, {debug_info_v1, Backend, Data}}]}} =
        beam_lib:chunks(code:which(Module), [debug_info]),
    {ok, Forms} = Backend:debug_info(erlang_v1, Module, Data, []),
    Forms.

compiled(Forms) -> {ok, _, _} = compile:forms(Forms, [deterministic]).
