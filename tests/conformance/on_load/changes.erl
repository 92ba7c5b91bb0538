%% Its on_load function ends well once a process has registered the module's name.
-module(changes).
-export([f/0]).
-on_load(init/0).

init() ->
    case whereis(?MODULE) of
        undefined -> not_yet;
        _ -> ok
    end.

f() -> changed.
