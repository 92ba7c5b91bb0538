%% Processes that stand for what AtomVM has a port for: a bus, a serial port, the pins. A module with opened/1, called/3 and
%% heard/2 says what each does; here is how they are opened, asked and ended.
%%
%% Requests are {'$call', {Pid, Reference}, Request}, answers {Reference, Answer}, as AtomVM's port:call/2 has them. A process
%% ends when whoever opened it crashes, so that it can be opened anew; not when that comes to its end, as with AtomVM.
-module(emberl_port).
-export([open/2, call/2, call/3, reply/2]).

%% opened(Argument) gives {ok, State}, {ok, State, keep} for a process that stays whatever becomes of who opened it, or
%% {error, Reason}.
open(Module, Argument) ->
    Opener = self(),
    Tag = make_ref(),
    {Pid, Monitor} = spawn_monitor(fun() -> run(Module, Argument, Opener, Tag) end),
    receive
        {Tag, opened} ->
            demonitor(Monitor, [flush]),
            {ok, Pid};
        {'DOWN', Monitor, process, Pid, Reason} ->
            {error, Reason}
    end.

run(Module, Argument, Opener, Tag) ->
    case Module:opened(Argument) of
        {ok, State} ->
            Monitor = monitor(process, Opener),
            Opener ! {Tag, opened},
            loop(Module, State, Monitor);
        {ok, State, keep} ->
            Opener ! {Tag, opened},
            loop(Module, State, none);
        {error, Reason} ->
            exit(Reason)
    end.

loop(Module, State, Monitor) ->
    receive
        {'$call', From, Request} -> next(Module, From, Module:called(Request, From, State), Monitor);
        {'DOWN', Monitor, process, _, normal} -> loop(Module, State, none);
        {'DOWN', Monitor, process, _, _} -> ok;
        Other -> loop(Module, Module:heard(Other, State), Monitor)
    end.

next(Module, From, {reply, Answer, State}, Monitor) ->
    reply(From, Answer),
    loop(Module, State, Monitor);
next(Module, _, {noreply, State}, Monitor) ->
    loop(Module, State, Monitor);
next(_, From, {stop, Answer}, _) ->
    reply(From, Answer).

reply({Pid, Reference}, Answer) ->
    Pid ! {Reference, Answer},
    ok.

call(Port, Request) ->
    call(Port, Request, infinity).

call(Port, Request, Timeout) when is_pid(Port); is_atom(Port) ->
    Reference = monitor(process, Port),
    Port ! {'$call', {self(), Reference}, Request},
    Answer =
        receive
            {Reference, Told} -> Told;
            {'DOWN', Reference, process, _, normal} -> {error, noproc};
            {'DOWN', Reference, process, _, Reason} -> {error, Reason}
        after Timeout -> {error, timeout}
        end,
    demonitor(Reference, [flush]),
    %% An answer that came when the time was over.
    receive
        {Reference, _} -> ok
    after 0 -> ok
    end,
    Answer;
call(_, _, _) ->
    error(badarg).
