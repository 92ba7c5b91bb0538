%% Random patterns and guards against random terms: what match_spec_test gives, and what a small evaluator of them gives.
-module(match_spec_model).
-export([start/0]).

start() ->
    count(run(11, 1500, []), 0, 0, 0),
    ok.

next(S) -> (S * 1103515245 + 12345) band 16#7fffffff.
pick(S, N) -> (S bsr 9) rem N.

run(_, 0, L) -> L;
run(S0, N, L) ->
    {T, S1} = term(S0, 3),
    {P, S2} = pattern(S1, T, 3),
    {G, S3} = guard(S2, 3),
    Wanted = case bind(P, T, #{}) of
                 false -> false;
                 B -> case eval(G, B) of true -> body(B); _ -> false end
             end,
    Got = case erlang:match_spec_test({T}, [{{P}, [G], ['$$']}], table) of {ok, R, _, _} -> R; Other -> Other end,
    case Got =:= Wanted of
        true -> N rem 15 =:= 0 andalso erlang:display({P, G, T, Got});
        false -> erlang:display({different, P, G, T, Got, Wanted})
    end,
    run(S3, N - 1, [Got | L]).

count([], A, B, C) -> erlang:display({no, A, yes, B, bound, C});
count([false | T], A, B, C) -> count(T, A + 1, B, C);
count([[] | T], A, B, C) -> count(T, A, B + 1, C);
count([_ | T], A, B, C) -> count(T, A, B + 1, C + 1).

body(B) -> [map_get(V, B) || V <- ['$1', '$2', '$3'], is_map_key(V, B)].

term(S0, Depth) ->
    S = next(S0),
    case pick(S, case Depth of 0 -> 6; _ -> 10 end) of
        0 -> {pick(next(S), 4), next(S)};
        1 -> {element(pick(next(S), 3) + 1, {a, b, []}), next(S)};
        2 -> {float(pick(next(S), 3)), next(S)};
        3 -> {<<(pick(next(S), 2))>>, next(S)};
        4 -> {(1 bsl 66) + pick(next(S), 2), next(S)};
        5 -> {{}, S};
        6 -> {A, S1} = term(S, Depth - 1), {{A}, S1};
        7 -> {A, S1} = term(S, Depth - 1), {B, S2} = term(S1, Depth - 1), {{A, B}, S2};
        8 -> {A, S1} = term(S, Depth - 1), {B, S2} = term(S1, Depth - 1), {[A | B], S2};
        9 -> {A, S1} = term(S, Depth - 1), {B, S2} = term(S1, Depth - 1), {#{k => A, 1 => B}, S2}
    end.

%% Mostly the term itself, with holes.
pattern(S0, T, Depth) ->
    S = next(S0),
    case pick(S, 10) of
        K when K < 3 -> {element(K + 1, {'$1', '$2', '$3'}), S};
        3 -> {'_', S};
        4 -> term(S, 1);
        _ when Depth =:= 0 -> {T, S};
        _ -> inside(S, T, Depth - 1)
    end.

inside(S, {A}, D) -> {P, S1} = pattern(S, A, D), {{P}, S1};
inside(S, {A, B}, D) -> {P, S1} = pattern(S, A, D), {Q, S2} = pattern(S1, B, D), {{P, Q}, S2};
inside(S, [A | B], D) -> {P, S1} = pattern(S, A, D), {Q, S2} = pattern(S1, B, D), {[P | Q], S2};
inside(S, #{k := A, 1 := B}, D) ->
    {P, S1} = pattern(S, A, D), {Q, S2} = pattern(S1, B, D),
    case pick(S2, 3) of 0 -> {#{k => P}, S2}; 1 -> {#{1 => Q}, S2}; 2 -> {#{k => P, 1 => Q}, S2} end;
inside(S, T, _) -> {T, S}.

bind(V, T, B) when V =:= '$1'; V =:= '$2'; V =:= '$3' ->
    case B of #{V := X} when X =:= T -> B; #{V := _} -> false; _ -> B#{V => T} end;
bind('_', _, B) -> B;
bind({P}, {T}, B) -> bind(P, T, B);
bind({P, Q}, {T, U}, B) -> both(bind(P, T, B), Q, U);
bind([P | Q], [T | U], B) -> both(bind(P, T, B), Q, U);
bind(#{} = P, #{} = T, B) ->
    case {P, T} of
        {#{k := A, 1 := C}, #{k := X, 1 := Y}} -> both(bind(C, Y, B), A, X);
        {#{k := A}, #{k := X}} when map_size(P) =:= 1 -> bind(A, X, B);
        {#{1 := A}, #{1 := X}} when map_size(P) =:= 1 -> bind(A, X, B);
        _ -> false
    end;
bind(X, X, B) -> B;
bind(_, _, _) -> false.

both(false, _, _) -> false;
both(B, P, T) -> bind(P, T, B).

guard(S0, 0) -> S = next(S0), {element(pick(S, 4) + 1, {true, {is_integer, 1}, {'>', 2, 1}, {'=:=', a, a}}), S};
guard(S0, D) ->
    S = next(S0),
    case pick(S, 6) of
        0 -> {A, S1} = guard(S, D - 1), {{'not', A}, S1};
        1 -> {A, S1} = guard(S, D - 1), {B, S2} = guard(S1, D - 1), {{'and', A, B}, S2};
        2 -> {A, S1} = guard(S, D - 1), {B, S2} = guard(S1, D - 1), {{'orelse', A, B}, S2};
        3 -> {A, S1} = guard(S, D - 1), {B, S2} = guard(S1, D - 1), {{'andalso', A, B}, S2};
        4 -> {{element(pick(next(S), 4) + 1, {'>', '=<', '==', '=:='}), pick(S bsr 4, 3), pick(S bsr 5, 3) * 1.0}, next(S)};
        5 -> guard(S, 0)
    end.

eval(X, _) when is_boolean(X) -> X;
eval({is_integer, _}, _) -> true;
eval({'not', A}, B) -> not eval(A, B);
eval({'and', X, Y}, B) -> eval(X, B) and eval(Y, B);
eval({'orelse', X, Y}, B) -> eval(X, B) orelse eval(Y, B);
eval({'andalso', X, Y}, B) -> eval(X, B) andalso eval(Y, B);
eval({'>', X, Y}, _) -> X > Y;
eval({'=<', X, Y}, _) -> X =< Y;
eval({'==', X, Y}, _) -> X == Y;
eval({'=:=', X, Y}, _) -> X =:= Y.
