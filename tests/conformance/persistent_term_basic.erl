-module(persistent_term_basic).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

each(_, []) -> ok;
each(F, [H | T]) -> F(H), each(F, T).

start() ->
    Keys = [a, 1, 1.0, "key", <<"key">>, {?MODULE, k}, #{k => 1}, [], {}, 1 bsl 70],
    Values = [x, 17, "text", <<0:8000>>, {a, [b, #{c => d}]}, [], 1.5, fun erlang:abs/1, -(1 bsl 80), #{}],
    Pairs = zip(Keys, Values),
    each(fun({K, _}) -> t({before, K}, fun() -> {persistent_term:get(K, none), persistent_term:erase(K)} end) end, Pairs),
    t(missing, fun() -> persistent_term:get(a) end),
    each(fun({K, V}) -> t({put, K}, fun() -> persistent_term:put(K, V) end) end, Pairs),
    each(fun({K, V}) -> t({get, K}, fun() -> {persistent_term:get(K) =:= V, persistent_term:get(K, other) =:= V} end) end, Pairs),
    each(fun({K, V}) -> t({again, K}, fun() -> {persistent_term:put(K, V), persistent_term:put(K, {new, V}), persistent_term:get(K) =:= {new, V}} end) end, Pairs),
    t(all, fun() -> All = persistent_term:get(), [K || {K, V} <- Pairs, not member({K, {new, V}}, All)] end),
    t(info, fun() -> #{count := C, memory := M} = I = persistent_term:info(), {map_size(I), is_integer(C), C >= 10, is_integer(M), M > 100} end),
    t(counts, fun() ->
        #{count := A} = persistent_term:info(), persistent_term:put(more, 1), #{count := B} = persistent_term:info(),
        persistent_term:put(more, 2), #{count := C} = persistent_term:info(), persistent_term:erase(more), #{count := D} = persistent_term:info(),
        {B - A, C - A, D - A} end),
    each(fun({K, _}) -> t({erase, K}, fun() -> {persistent_term:erase(K), persistent_term:erase(K), persistent_term:get(K, gone)} end) end, Pairs),
    t(many, fun() ->
        each(fun(I) -> persistent_term:put({many, I}, {I, lists(I rem 50)}) end, lists(500)),
        A = [I || I <- lists(500), persistent_term:get({many, I}) =/= {I, lists(I rem 50)}],
        each(fun(I) -> persistent_term:erase({many, I}) end, [I || I <- lists(500), I rem 3 =/= 0]),
        B = [I || I <- lists(500), persistent_term:get({many, I}, none) =/= case I rem 3 of 0 -> {I, lists(I rem 50)}; _ -> none end],
        each(fun(I) -> persistent_term:erase({many, I}) end, lists(500)),
        {A, B}
    end),
    ok.

zip([], []) -> [];
zip([A | As], [B | Bs]) -> [{A, B} | zip(As, Bs)].

member(_, []) -> false;
member(X, [X | _]) -> true;
member(X, [_ | T]) -> member(X, T).

lists(0) -> [];
lists(N) -> [N | lists(N - 1)].
