%% Messages sent in every way to every kind of receiver: what the sender gets, and what arrives.
-module(proc_send_ways).
-export([start/0]).

start() ->
    [one(To, How) || To <- [alive, dead, self, name, freed_name, no_name, name_node, no_name_node, alias, dead_alias, used_alias, monitor_alias, plain_ref, atom_undefined, other_node,
                            number, list, tuple1, tuple3, tuple_bad_name, tuple_bad_node, binary, 'fun', map],
                     How <- ['!', send, send_none, send_nosuspend, send_noconnect, send_both, send_twice, wrong_option, no_list, improper, send_nosuspend_bif, applied]],
    ok.

one(Kind, How) ->
    Me = self(),
    Pid = spawn(fun() -> echo(Me) end),
    To = receiver(Kind, Pid),
    M = {message, Kind, How},
    Result = try send(How, To, M) of
                 M -> message;
                 R -> R
             catch C:E -> {C, E} end,
    %% All that was sent to it before is answered before this.
    Pid ! {ping, Me},
    Answers = case is_process_alive(Pid) of true -> until_pong(); false -> [] end,
    erlang:display({Kind, How, Result, Answers, flush()}),
    exit(Pid, kill),
    R2 = monitor(process, Pid), receive {'DOWN', R2, _, _, _} -> ok end,
    flush().

receiver(alive, P) -> P;
receiver(dead, P) -> stop(P), P;
receiver(self, _) -> self();
receiver(name, P) -> register(proc_send_ways_a, P), proc_send_ways_a;
receiver(freed_name, P) -> register(proc_send_ways_a, P), stop(P), proc_send_ways_a;
receiver(no_name, _) -> proc_send_ways_nobody;
receiver(name_node, P) -> register(proc_send_ways_a, P), {proc_send_ways_a, node()};
receiver(no_name_node, _) -> {proc_send_ways_nobody, node()};
receiver(alias, _) -> alias();
receiver(dead_alias, _) -> A = alias(), unalias(A), A;
receiver(used_alias, _) -> A = alias([reply]), A ! first, A;
receiver(monitor_alias, P) -> erlang:monitor(process, P, [{alias, reply_demonitor}]);
receiver(plain_ref, _) -> make_ref();
receiver(atom_undefined, _) -> undefined;
receiver(other_node, _) -> {some_name, node_of()};
receiver(number, _) -> 17;
receiver(list, P) -> [P];
receiver(tuple1, P) -> {P};
receiver(tuple3, _) -> {a, node(), b};
receiver(tuple_bad_name, P) -> {P, node()};
receiver(tuple_bad_node, _) -> {a, 1};
receiver(binary, _) -> <<"name">>;
receiver('fun', _) -> fun() -> ok end;
receiver(map, _) -> #{}.

send('!', To, M) -> To ! M;
send(send, To, M) -> erlang:send(To, M);
send(send_none, To, M) -> erlang:send(To, M, []);
send(send_nosuspend, To, M) -> erlang:send(To, M, [nosuspend]);
send(send_noconnect, To, M) -> erlang:send(To, M, [noconnect]);
send(send_both, To, M) -> erlang:send(To, M, [noconnect, nosuspend]);
send(send_twice, To, M) -> erlang:send(To, M, [nosuspend, nosuspend]);
send(wrong_option, To, M) -> erlang:send(To, M, [wait]);
send(no_list, To, M) -> erlang:send(To, M, nosuspend);
send(improper, To, M) -> erlang:send(To, M, [nosuspend | x]);
send(send_nosuspend_bif, To, M) -> erlang:send_nosuspend(To, M);
send(applied, To, M) -> apply(erlang, list_to_atom("!"), [To, M]).

%% This VM is no node of others; to a node that is none there goes nothing.
node_of() -> 'nowhere@nowhere'.

stop(P) -> R = monitor(process, P), exit(P, kill), receive {'DOWN', R, _, _, _} -> ok end.

echo(Me) -> receive {ping, Me} -> Me ! pong; X -> Me ! {echo, X} end, echo(Me).

until_pong() -> receive pong -> []; {echo, X} -> [X | until_pong()]; X when element(1, X) =:= message -> [{own, X} | until_pong()] end.

flush() -> receive {'DOWN', _, _, _, R} -> [{down, R} | flush()]; X -> [X | flush()] after 0 -> [] end.
