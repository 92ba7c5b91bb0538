-module(module_info).
-export([start/0, second/1]).
-vsn("one").
-shape({round, [1, 2.5]}).

%% What a module tells of itself.
start() ->
    erlang:display(module_info:module_info(module)),
    %% Their order is the compiler's affair.
    [erlang:display({Item, sorted(module_info:module_info(Item))}) || Item <- [functions, exports]],
    erlang:display(module_info:module_info(attributes)),
    erlang:display([Key || {Key, _} <- module_info:module_info(compile)]),
    erlang:display(module_info:module_info(md5)),
    erlang:display(module_info:module_info(nifs)),
    erlang:display(module_info:module_info(native)),
    erlang:display([Key || {Key, _} <- module_info:module_info()]),
    erlang:display(erlang:get_module_info(module_info, md5) =:= module_info:module_info(md5)),
    Bad = [fun() -> erlang:get_module_info(no_such_module) end,
           fun() -> erlang:get_module_info(no_such_module, md5) end,
           fun() -> erlang:get_module_info(module_info, other) end,
           fun() -> erlang:get_module_info(module_info, 1) end,
           fun() -> erlang:get_module_info(<<"module_info">>) end],
    [erlang:display(try F() catch C:R:S -> {C, R, hd(S)} end) || F <- Bad],
    funs(second(7)),
    ok.

second(N) ->
    fun(X) -> X + N end.

funs(Fun) ->
    {new_uniq, Unique} = erlang:fun_info(Fun, new_uniq),
    erlang:display(Unique =:= module_info:module_info(md5)),
    Bytes = term_to_binary(Fun),
    <<131, 112, _:32, 1, External:16/binary, _/binary>> = Bytes,
    erlang:display(External =:= Unique),
    erlang:display((binary_to_term(Bytes))(5)),
    erlang:display(binary_to_term(Bytes) =:= Fun),
    %% The same fun of another build of the module.
    <<Head:7/binary, _:16/binary, Tail/binary>> = Bytes,
    Other = <<Head/binary, 0:128, Tail/binary>>,
    erlang:display(erlang:fun_info(binary_to_term(Other), new_uniq)).

sorted([]) -> [];
sorted([First | Rest]) -> sorted([X || X <- Rest, X < First]) ++ [First | sorted([X || X <- Rest, X >= First])].
