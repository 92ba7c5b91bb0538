%% Its on_load function returns an error, which is told.
-module(returns).
-export([f/1]).
-on_load(init/0).

init() -> erlang:display(returns_an_error), {error, {"text", [1, 2]}}.

f(X) -> X.
