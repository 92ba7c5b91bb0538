%% Funs with what they hold are sent to other processes, called there, sent on, compared, kept over collections and the end of their makers.
-module(proc_funs_sent).
-export([start/0, double/1]).

start() ->
    [one(Name, Make, Args, Way) || {Name, Make, Args} <- funs(), Way <- [message, spawned, exit_reason, binary, dictionary, twice, nested]],
    monitors(),
    ok.

funs() ->
    [{none, fun() -> fun(X) -> X + 1 end end, [1]}, {one, fun() -> A = list(3), fun(X) -> [X | A] end end, [0]}, {many, fun() -> A = list(2), B = {A, "text"}, C = <<"bin">>, D = 1.5, fun() -> {A, B, C, D} end end, []},
     {binary, fun() -> B = list_to_binary(list(200)), fun() -> byte_size(B) end end, []}, {in_fun, fun() -> F = fun(X) -> X * 2 end, G = fun(X) -> F(F(X)) end, fun(X) -> G(F(X)) end end, [1]},
     {named, fun() -> fun Loop(0) -> done; Loop(N) -> Loop(N - 1) end end, [50]}, {external, fun() -> fun ?MODULE:double/1 end, [21]}, {external_bif, fun() -> fun erlang:length/1 end, [[1, 2]]}, {local, fun() -> fun double/1 end, [4]},
     {five, fun() -> S = list(1), fun(A, B, C, D, E) -> [A, B, C, D, E | S] end end, [1, 2, 3, 4, 5]}, {fails, fun() -> R = {reason, list(2)}, fun() -> throw(R) end end, []}, {map, fun() -> M = #{k => list(3)}, fun(K) -> map_get(K, M) end end, [k]}].

list(0) -> [];
list(N) -> [N | list(N - 1)].

double(X) -> X * 2.

one(Name, Make, Args, Way) ->
    Me = self(),
    F = Make(),
    {Result, Same} = case Way of
        message -> P = server(), P ! {Me, F, Args}, receive {P, R, G} -> {R, G =:= F} end;
        spawned -> {P, Ref} = spawn_monitor(fun() -> erlang:garbage_collect(), exit({called(F, Args), F}) end), receive {'DOWN', Ref, process, P, {R, G}} -> {R, G =:= F} end;
        exit_reason -> {P, Ref} = spawn_monitor(fun() -> exit(Make()) end), receive {'DOWN', Ref, process, P, G} -> list(2000), erlang:garbage_collect(), {called(G, Args), erlang:fun_info(G, arity)} end;
        binary -> G = binary_to_term(term_to_binary(F)), {called(G, Args), G =:= F};
        dictionary -> put(f, F), put({F}, key), list(2000), erlang:garbage_collect(), G = erase(f), {called(G, Args), erase({G})};
        twice -> P = server(), Q = server(), P ! {Me, F, Args}, receive {P, _, G} -> Q ! {Me, G, Args} end, receive {Q, R, H} -> {R, H =:= F} end;
        nested -> P = server(), P ! {Me, fun() -> {called(F, Args), F} end, []}, receive {P, {value, {R, G}}, _} -> {R, G =:= F} end
    end,
    erlang:display({Name, Way, Result, Same}).

server() -> spawn(fun() -> receive {From, F, Args} -> list(1000), erlang:garbage_collect(), From ! {self(), called(F, Args), F} end end).

called(F, Args) -> try apply(F, Args) of R -> {value, R} catch C:E -> {C, E} end.

%% Whom a fun of the process that made it tells.
monitors() ->
    Me = self(),
    {P, R} = spawn_monitor(fun() -> Me ! {f, fun() -> {self(), Me} end} end),
    F = receive {f, X} -> X end,
    receive {'DOWN', R, process, P, Why} -> ok end,
    {Self, Maker} = F(),
    erlang:display({monitors, Why, Self =:= self(), Maker =:= Me}).
