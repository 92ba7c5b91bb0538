%% A module's on_load function: it runs before the module can be called, in a process of its own.
-module(on_load).
-export([start/0, id/1, exported/1]).
-on_load(init/0).

start() ->
    erlang:display({loaded, erlang:function_exported(?MODULE, exported, 1)}),
    erlang:display(get(written)),
    erlang:display(whereis(?MODULE)),
    erlang:display(?MODULE:exported(id(5))),
    ok.

id(X) -> X.

exported(N) -> {exported, N}.

init() ->
    erlang:display({begins, erlang:function_exported(?MODULE, exported, 1)}),
    put(written, here),
    true = register(?MODULE, self()),
    %% Functions of its own are there; by the module's name they are not yet.
    erlang:display(exported(id(1))),
    erlang:display(try ?MODULE:exported(2) catch error:undef -> undef end),
    erlang:display(try (id(?MODULE)):exported(3) catch error:undef -> undef end),
    Self = self(),
    spawn(fun() -> Self ! {told, exported(4)} end),
    receive {told, What} -> erlang:display(What) end,
    erlang:display(get(written)),
    ok.
