%% The system processes that the virtual machine starts when their names are first asked for: a function each, of the same
%% name, which is all that the process does. It has its name already, and a first message.
-module(emberl_services).
-export([user/0, standard_error/0, init/0, code_server/0, file_server_2/0, kernel_safe_sup/0]).

user() ->
    emberl_console:run(output).

standard_error() ->
    emberl_console:run(error).

init() ->
    init:emberl_run().

%% What the code server does, functions of the module `code` do at once.
code_server() ->
    receive
        {code_call, From, _} -> From ! {code_server, {error, badarg}};
        {'$gen_call', From, _} -> gen:reply(From, {error, badarg});
        _ -> ok
    end,
    code_server().

file_server_2() ->
    server(file_server, [], file_server_2).

kernel_safe_sup() ->
    server(supervisor, {{local, kernel_safe_sup}, kernel, safe}, kernel_safe_sup).

%% This process becomes a gen_server.
server(Module, Argument, Name) ->
    put('$ancestors', [whereis(init)]),
    put('$initial_call', {Module, init, 1}),
    case Module:init(Argument) of
        {ok, State} -> gen_server:enter_loop(Module, [], State, {local, Name});
        %% A time or another action, as of supervisors since OTP 28, which hibernate.
        {ok, State, Action} -> gen_server:enter_loop(Module, [], State, {local, Name}, Action)
    end.
