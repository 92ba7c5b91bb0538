%% Calls every function that a module exports, with arguments from a pool, and shows what comes of it.

-compile(nowarn_unused_function).

show(Term) -> io:format("~w~n", [Term]).

%% Of the ways to choose arguments, at most Most for each function, evenly spread. Except is functions that are not called:
%% names, or {Name, Arity}.
all_calls(Module, Pool, Most, Except) ->
    Tuple = list_to_tuple(Pool),
    [
        [show_call(Module, Function, Arguments) || Arguments <- choices(Tuple, Arity, Most)]
     || {Function, Arity} <- lists:sort(Module:module_info(exports)),
        Function =/= module_info,
        not lists:member(Function, Except),
        not lists:member({Function, Arity}, Except)
    ],
    ok.

choices(Tuple, Arity, Most) ->
    Ways = power(tuple_size(Tuple), Arity),
    Step = max(1, Ways div Most),
    [choice(Tuple, Arity, Index rem Ways) || Index <- lists:seq(0, Ways - 1, Step)].

power(_, 0) -> 1;
power(Base, N) -> Base * power(Base, N - 1).

choice(_, 0, _) -> [];
choice(Tuple, Arity, Index) ->
    Size = tuple_size(Tuple),
    [element(Index rem Size + 1, Tuple) | choice(Tuple, Arity - 1, Index div Size)].

show_call(Module, Function, Arguments) ->
    show({Function, Arguments, result(Module, Function, Arguments)}).

result(Module, Function, Arguments) ->
    try apply(Module, Function, Arguments)
    catch
        Class:Reason -> {Class, Reason}
    end.

calls(Module, Calls) ->
    [show_call(Module, Function, Arguments) || {Function, Arguments} <- Calls],
    ok.
