%% Its on_load function returns an atom that is not ok, of which nothing is told.
-module(says_no).
-export([f/1]).
-on_load(init/0).

init() -> no.

f(X) -> X.
