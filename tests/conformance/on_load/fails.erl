%% Its on_load function fails.
-module(fails).
-export([f/1]).
-on_load(init/0).

init() -> error(on_purpose).

f(X) -> X.
