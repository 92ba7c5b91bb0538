%% Its on_load function ends by an exit, with the reason ok: that is as good as returning it.
-module(exits).
-export([f/0]).
-on_load(init/0).

init() -> exit(ok).

f() -> fun() -> {called, ?MODULE} end.
