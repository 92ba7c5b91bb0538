%% Processes that end in every way, one after the other, for tests/layout.rs; the first process ends by an error at last.
-module(crashes).
-export([start/0, g/1]).

start() ->
    each(ways()),
    Reason = {last, #{long => "a text of some length", why => [<<"binary">>, 1.5, -7, 1 bsl 70]}},
    error({Reason, g(#{})}, [1, two]).

each([Way | Ways]) ->
    {Pid, Reference} = spawn_monitor(Way),
    receive
        {'DOWN', Reference, process, Pid, _} -> each(Ways)
    end;
each([]) ->
    ok.

ways() ->
    Opaque = g(b),
    [
        fun() -> 2 * Opaque end,
        fun() -> length(Opaque) end,
        fun() -> exit(bad) end,
        fun() -> throw({hello, world}) end,
        fun() -> only([1, {two, <<3>>}], "a string") end,
        fun() -> exit(normal) end,
        fun() -> {ok, _} = {g(error), numbers(1000, 1040)} end,
        fun() -> case g({numbers(1, 50), "text"}) of ok -> ok end end,
        fun() -> if Opaque =:= ok -> ok end end,
        fun() -> try g(1) of 2 -> ok catch _ -> ok end end,
        fun() -> exit({bad, [{m, f, 1, []}]}) end,
        fun() -> error(numbers(1, 40)) end,
        fun() -> error({numbers(1, 40), g("a string")}, [a, Opaque]) end,
        fun() -> no_such_module:no_such_function(1, [2, 3]) end,
        fun() -> Opaque() end,
        fun() -> (fun(X) -> X end)(1, g(2)) end,
        fun() -> maps:get(key, Opaque) end,
        fun() -> maps:get(key, g(#{other => numbers(90, 110)})) end,
        fun() -> (g(#{}))#{key := 1} end,
        fun() -> exit(self(), kill), receive after infinity -> ok end end,
        fun() -> erlang:raise(error, [16#e4, 16#f6, 16#fc], [{m, f, 1, []}]) end,
        fun() -> error({'it\'s', 'A', [16#e4], <<1, 2, 3:4>>, <<"text\n">>, fun lists:map/2, {}, [], #{}}) end,
        fun() -> element(g(3), {1, 2}) end,
        fun() -> binary_to_atom(g(<<255, 254>>)) end,
        fun() -> [binary_to_atom(g(<<255, 254>>))] end,
        fun() -> [no_such_module:no_such_function(1, [2, 3])] end,
        fun() -> framed(g(<<1, 2, 255>>)) end,
        fun() -> g(deep(30)) ! message end
    ].

only(ok, X) -> X.

%% A tail call that takes a frame away.
framed(X) ->
    g(X),
    binary_to_existing_atom(g(X)).

%% What the compiler cannot know.
g(X) ->
    case get(no_such_key) of
        undefined -> X;
        Other -> Other
    end.

numbers(To, To) -> [To];
numbers(From, To) -> [From | numbers(From + 1, To)].

deep(0) -> numbers(1, 60);
deep(N) -> {deeper, deep(N - 1)}.
