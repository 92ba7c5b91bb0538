%% Terms of every kind are sent: to another process and back, to oneself, by name, by alias, by a timer; they stay equal.
-module(proc_messages_kinds).
-export([start/0]).

start() ->
    Echo = spawn_link(fun echo/0),
    register(proc_messages_kinds_echo, Echo),
    [one(Name, Make, Way) || {Name, Make} <- terms(), Way <- [pid, name, node_name, alias, self, timer, dictionary, twice]],
    unregister(proc_messages_kinds_echo),
    unlink(Echo), exit(Echo, kill),
    ok.

one(Name, Make, Way) ->
    T = Make(),
    Got = case Way of
              pid -> P = whereis(proc_messages_kinds_echo), P ! {self(), T}, receive {back, X} -> X end;
              name -> proc_messages_kinds_echo ! {self(), T}, receive {back, X} -> X end;
              node_name -> {proc_messages_kinds_echo, node()} ! {self(), T}, receive {back, X} -> X end;
              alias -> A = alias([reply]), proc_messages_kinds_echo ! {A, T}, receive {back, X} -> X end;
              self -> self() ! T, erlang:garbage_collect(), receive X -> X end;
              timer -> erlang:send_after(0, self(), {timed, T}), erlang:garbage_collect(), receive {timed, X} -> X end;
              dictionary -> put(kept, T), erlang:garbage_collect(), erase(kept);
              twice -> proc_messages_kinds_echo ! {self(), {T, T}}, receive {back, {X, Y}} -> true = X =:= Y, X end
          end,
    numbers(500), erlang:garbage_collect(),
    case Got =:= T andalso Got =:= Make() of
        true -> ok;
        false -> erlang:display({different, Name, Way})
    end,
    Way =:= twice andalso erlang:display({Name, erlang:phash2(Got)}).

terms() ->
    [{atom, fun() -> some end}, {small, fun() -> -42 end}, {bignum, fun() -> times(3, 80) end}, {negative, fun() -> -times(7, 50) end}, {float, fun() -> 1.5 * length(numbers(3)) end},
     {nil, fun() -> [] end}, {empty, fun() -> {} end}, {list, fun() -> numbers(500) end}, {improper, fun() -> [1, 2 | length(numbers(3))] end}, {deep, fun() -> deep(1000, x) end},
     {tuple, fun() -> list_to_tuple(numbers(300)) end}, {map, fun() -> maps_of(10) end}, {large_map, fun() -> maps_of(100) end}, {binary, fun() -> list_to_binary(numbers(50)) end},
     {large_binary, fun() -> list_to_binary([numbers(250), numbers(250)]) end}, {part, fun() -> <<_:40, B/binary>> = list_to_binary(numbers(200)), B end},
     {bits, fun() -> <<_:5, B/bitstring>> = list_to_binary(numbers(200)), B end}, {few_bits, fun() -> <<5:(length(numbers(3)))>> end}, {literal, fun() -> {literal, [1, "two", <<"three">>, #{four => 4}]} end},
     {mixed, fun() -> {numbers(5), #{a => list_to_binary(numbers(100))}, times(2, 70), [1.5, <<1:1>>, {}], maps_of(40)} end}].

echo() -> receive {To, X} -> To ! {back, X} end, echo().

times(B, N) -> times(B, N, 1).
times(_, 0, P) -> P;
times(B, N, P) -> times(B, N - 1, B * P).

maps_of(N) -> maps_of(N, #{}).
maps_of(0, M) -> M;
maps_of(N, M) -> maps_of(N - 1, M#{{key, N} => [N]}).

deep(0, X) -> X;
deep(N, X) -> deep(N - 1, {[X]}).

numbers(0) -> [];
numbers(N) -> [N | numbers(N - 1)].
