%% Its on_load function does not end.
-module(never).
-export([call/0]).
-on_load(init/0).

init() -> receive never -> ok end.

call() -> called.
