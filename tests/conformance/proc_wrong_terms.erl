%% Every function for processes with a term of every kind in each place: what it says of it.
-module(proc_wrong_terms).
-export([start/0]).

start() ->
    Wrong = [a, 1, -1, 1 bsl 70, 1.5, "text", [], {}, {a, b}, {a, node()}, <<"x">>, <<1:3>>, #{}, [a | b], make_ref(), fun() -> ok end, fun erlang:self/0],
    [erlang:display({F, length(Args), K, shown(W), tried(F, put_at(K, W, Args))})
     || {F, Args} <- calls(), K <- places(length(Args)), W <- Wrong, not allowed(F, K, W)],
    flush(),
    ok.

calls() ->
    P = self(), R = make_ref(),
    [{link, [P]}, {unlink, [P]}, {exit, [P, normal]}, {register, [wrong_terms_name, P]}, {unregister, [wrong_terms_name]}, {whereis, [wrong_terms_name]}, {is_process_alive, [P]},
     {monitor, [process, P]}, {monitor, [process, P, []]}, {demonitor, [R]}, {demonitor, [R, []]}, {alias, [[]]}, {unalias, [R]},
     {process_flag, [trap_exit, false]}, {process_flag, [P, save_calls, 0]}, {process_info, [P]}, {process_info, [P, status]}, {suspend_process, [P]}, {suspend_process, [P, []]},
     {resume_process, [P]}, {group_leader, [P, P]}, {send, [P, x]}, {send, [P, x, []]}, {spawn, [fun() -> ok end]}, {spawn, [m, f, []]}, {spawn_link, [m, f, []]}, {spawn_monitor, [m, f, []]},
     {spawn_opt, [fun() -> ok end, []]}, {spawn_opt, [m, f, [], []]}, {start_timer, [1, P, x]}, {start_timer, [1, P, x, []]}, {send_after, [1, P, x]}, {send_after, [1, P, x, []]},
     {cancel_timer, [R]}, {cancel_timer, [R, []]}, {read_timer, [R]}, {read_timer, [R, []]}, {garbage_collect, [P]}, {garbage_collect, [P, []]}, {hibernate, [m, f, []]},
     {get_keys, [k]}, {bump_reductions, [1]}, {check_process_code, [P, m]}, {spawn_request_abandon, [R]}, {raise, [error, x, []]}].

%% What is right there, or does what nobody can see the end of.
allowed(exit, 2, _) -> true;
%% Later releases take an alias there.
allowed(exit, 1, W) -> is_reference(W);
allowed(send, 2, _) -> true;
allowed(get_keys, _, _) -> true;
allowed(raise, 2, _) -> true;
allowed(raise, 1, _) -> false;
allowed(hibernate, 3, W) -> W =:= [] orelse W =:= "text";
allowed(hibernate, _, W) -> is_atom(W);
allowed(garbage_collect, 2, []) -> true;
allowed(F, 3, _) when F =:= start_timer; F =:= send_after -> true;
allowed(F, _, W) when F =:= spawn; F =:= spawn_link; F =:= spawn_monitor; F =:= spawn_opt -> is_function(W) orelse W =:= [] orelse W =:= "text" orelse is_atom(W);
allowed(F, 1, W) when F =:= start_timer; F =:= send_after -> is_integer(W);
allowed(_, _, _) -> false.

shown(W) when is_reference(W) -> reference;
shown(W) when is_function(W) -> 'fun';
shown({a, N}) when N =:= node() -> {a, node};
shown(W) -> W.

tried(F, Args) ->
    try apply(erlang, F, Args) of
        R when is_reference(R) -> reference;
        R when is_pid(R) -> pid;
        {P, R} when is_pid(P), is_reference(R) -> {pid, reference};
        R when is_list(R) -> list;
        R when is_function(R) -> 'fun';
        R when is_tuple(R) -> {tuple, tuple_size(R)};
        R -> R
    catch
        C:R when is_function(R); is_reference(R) -> {C, shown(R)};
        C:{R, _} -> {C, R};
        C:R -> {C, R}
    end.

put_at(1, W, [_ | T]) -> [W | T];
put_at(N, W, [H | T]) -> [H | put_at(N - 1, W, T)].

places(0) -> [];
places(N) -> places(N - 1) ++ [N].

flush() -> receive _ -> flush() after 10 -> ok end.
