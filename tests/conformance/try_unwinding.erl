%% What is raised in the body, the of part, a handler or the after part: who catches it, and in which order things happen.
-module(try_unwinding).
-export([start/0, id/1]).

start() ->
    Acts = [value, throw, error, exit],
    [one({B, O, H, A}) || B <- Acts, O <- Acts, H <- Acts, A <- Acts, sensible(B, O, H)],
    [erlang:display({chain, D, Class, chain(id(D), Class)}) || D <- [0, 1, 2, 5], Class <- [throw, error, exit]],
    [erlang:display({again, X, Y, again(X, Y)}) || X <- [throw, error, exit], Y <- [throw, error, exit]],
    erlang:display({tail, tails(id(5000), 0)}),
    erlang:display({built, built(id(3))}),
    ok.

%% The of part runs only after a value, a handler only after something raised.
sensible(value, _, value) -> true;
sensible(value, _, _) -> false;
sensible(_, value, _) -> true;
sensible(_, _, _) -> false.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

act(Where, value) -> {Where, fine};
act(Where, throw) -> throw(Where);
act(Where, error) -> error(Where);
act(Where, exit) -> exit(Where).

note(X) -> put(events, [X | get(events)]).

one({B, O, H, A} = Case) ->
    put(events, []),
    Inner = fun() ->
        try
            note(body),
            V = act(body, id(B)),
            note(body_end),
            V
        of
            {body, fine} -> note('of'), {of_value, act('of', id(O))}
        catch
            throw:T -> note({caught, T}), {handler, act({handler, T}, id(H))};
            error:E -> note({error, E}), {handler, act({handler, E}, id(H))}
        after
            note('after'),
            act('after', id(A)),
            note(after_end)
        end
    end,
    Result =
        try Inner() of
            Value -> {value, Value}
        catch
            Class:Reason -> note(outer), {Class, Reason}
        end,
    erlang:display({Case, Result, reverse(get(events), [])}).

reverse([], Acc) -> Acc;
reverse([H | T], Acc) -> reverse(T, [H | Acc]).

%% Each level adds itself in its after part, and lets the exception through.
chain(D, Class) ->
    put(events, []),
    R = try levels(D, Class) catch C:X -> {C, X} end,
    {R, get(events)}.

levels(0, Class) -> erlang:raise(Class, bottom, []);
levels(N, Class) ->
    try levels(N - 1, Class)
    catch
        Class:{deep, X} when N rem 2 =:= 0 -> erlang:raise(Class, {N, X}, []);
        Class:X when N rem 2 =:= 1 -> erlang:raise(Class, {deep, X}, [])
    after
        note(N)
    end.

%% A second exception in the after part takes the place of the first.
again(X, Y) ->
    try
        try act(first, id(X)) after act(second, id(Y)) end
    catch
        throw:R -> {throw, R};
        error:R -> {error, R};
        exit:R -> {exit, R}
    end.

%% The handler's last call is no longer inside the try.
tails(0, Sum) -> Sum;
tails(N, Sum) ->
    try act(N, case N rem 3 of 0 -> throw; 1 -> error; 2 -> exit end)
    catch
        throw:V -> tails(V - 1, Sum + V);
        error:V -> tails(V - 1, Sum + 2 * V);
        exit:V -> tails(V - 1, Sum - V)
    end.

built(N) ->
    [begin
         R = try K + (try 10 div (K - N) catch error:badarith -> throw({zero, K}) after note(K) end)
             catch throw:{zero, Z} -> {z, Z} end,
         {K, R, try hd(id([])) catch error:badarg -> K after ok end}
     end || K <- [1, 2, 3, 4, 5]].
