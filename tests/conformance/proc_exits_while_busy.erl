%% Exit signals, links and suspensions that reach processes in the middle of long work: loops, large natives, collections, sends, name calls.
-module(proc_exits_while_busy).
-export([start/0, loop/1]).

start() ->
    process_flag(trap_exit, true),
    [one(Work, Signal) || Work <- [loop, length, reverse, binaries, term_to_binary, collects, sends, names, timers, spawns, sets, exceptions, maps, big, 'receive', dictionary],
                          Signal <- [kill, boom, normal_then_kill, linked, suspended]],
    ok.

one(Work, Signal) ->
    Me = self(),
    P = spawn(fun() -> Me ! {self(), begins}, work(Work, prepared(Work)) end),
    R = monitor(process, P),
    receive {P, begins} -> ok end,
    erlang:yield(),
    Alive = is_process_alive(P),
    More = case Signal of
               kill -> exit(P, kill);
               boom -> exit(P, boom);
               normal_then_kill -> exit(P, normal), A = is_process_alive(P), exit(P, kill), A;
               linked -> {Q, QR} = spawn_monitor(fun() -> link(P), exit(through_link) end), receive {'DOWN', QR, process, Q, W} -> W end;
               suspended ->
                   erlang:suspend_process(P),
                   {status, S} = process_info(P, status),
                   erlang:resume_process(P), exit(P, {after_suspension, [1]}), S
           end,
    erlang:display({Work, Signal, Alive, More, receive {'DOWN', R, process, P, Why} -> Why end, is_process_alive(P), whereis(proc_exits_while_busy_name)}).

prepared(length) -> numbers(5000, []);
prepared(reverse) -> numbers(5000, []);
prepared(term_to_binary) -> numbers(2000, []);
prepared(maps) -> #{};
prepared(big) -> 1 bsl 3000 + 12345;
prepared(_) -> none.

work(Kind, X) -> step(Kind, X), work(Kind, X).

step(loop, _) -> loop(1000);
step(length, L) -> length(L);
step(reverse, L) -> tl(L -- [1]);
step(binaries, _) -> binary_copies(20, <<>>);
step(term_to_binary, L) -> binary_to_term(term_to_binary(L));
step(collects, _) -> erlang:garbage_collect();
step(sends, _) -> self() ! x, receive x -> ok end;
step(names, _) -> register(proc_exits_while_busy_name, self()), unregister(proc_exits_while_busy_name);
step(timers, _) -> T = erlang:send_after(1000000, self(), x), erlang:cancel_timer(T);
step(spawns, _) -> {P, R} = spawn_monitor(fun() -> ok end), receive {'DOWN', R, process, P, _} -> ok end;
step(sets, _) -> list_to_tuple(numbers(300, []));
step(exceptions, _) -> try error(some) catch error:some:S -> length(S) end;
step(maps, M) -> grow(50, M);
step(big, B) -> (B * B) rem 1234577;
step('receive', _) -> receive never -> ok after 0 -> ok end;
step(dictionary, _) -> put({key, 1}, [1]), erase({key, 1}).

loop(0) -> ok;
loop(N) -> loop(N - 1).

binary_copies(0, B) -> byte_size(B);
binary_copies(N, B) -> binary_copies(N - 1, <<B/binary, 0:800>>).

grow(0, M) -> map_size(M);
grow(N, M) -> grow(N - 1, M#{N => [N]}).

numbers(0, L) -> L;
numbers(N, L) -> numbers(N - 1, [N | L]).
