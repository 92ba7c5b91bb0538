%% Calls of modules whose on_load functions end well, late, badly, or not before the call itself.
-module(callers).
-export([start/0]).

start() ->
    Self = self(),
    %% All of these wait for the same module.
    [spawn(fun() -> Self ! {N, late:double(N)} end) || N <- [1, 2, 3]],
    spawn(fun() -> Self ! {4, apply(late, double, [4])} end),
    spawn(fun() -> Self ! {5, (fun late:double/1)(5)} end),
    spawn(fun() -> late:tell(Self, 6) end),
    spawn(late, tell, [Self, 7]),
    spawn(fun() -> Self ! {8, failing(fun() -> late:no_such(a, b) end)} end),
    Waits = spawn(fun() -> Double = late:double(9), receive M -> Self ! {9, {Double, M}} end end),
    Waits ! while_it_waits,
    [receive {N, Value} -> erlang:display({N, Value}) end || N <- [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    Killed = spawn(fun() -> never:call() end),
    erlang:display(failing(fun() -> returns:f(1) end)),
    erlang:display(failing(fun() -> returns:f(1) end)),
    erlang:display(erlang:function_exported(returns, f, 1)),
    erlang:display(failing(fun() -> says_no:f(1) end)),
    erlang:display(failing(fun() -> fails:f(1) end)),
    erlang:display(failing(fun() -> apply(exits:f(), []) end)),
    erlang:display(is_process_alive(Killed)),
    exit(Killed, kill),
    %% At the second attempt it may be another result.
    erlang:display(failing(fun() -> changes:f() end)),
    register(changes, self()),
    erlang:display(failing(fun() -> changes:f() end)),
    erlang:display(failing(fun() -> changes:f() end)),
    ok.

failing(F) ->
    try F()
    catch
        Class:Reason:Stack ->
            [{Module, Function, Arguments, _} | _] = Stack,
            {Class, Reason, {Module, Function, Arguments}}
    end.
