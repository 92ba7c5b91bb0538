%% spawn_request with every option: the answer, what else comes, and the errors.
-module(proc_spawn_request).
-export([start/0, run/0]).

start() ->
    process_flag(trap_exit, true),
    F = fun() -> exit(done) end, F1 = fun(_) -> ok end,
    [one(A) || A <- [[F], [F, []], [F, [link]], [F, [monitor]], [F, [link, monitor]], [F, [{reply, yes}]], [F, [{reply, no}]], [F, [{reply, success_only}]],
                     [F, [{reply, error_only}]], [F, [{reply_tag, tt}]], [F, [{reply_tag, {a, [1]}}, monitor]], [F1], [F1, []], [a], [a, []], [{a, b}], [F, [bad]],
                     [F, [bad, {reply, no}]], [F, [bad, {reply, error_only}]], [F, [bad, {reply, success_only}]], [F, [{reply, x}]], [F, x], [F, [link | x]],
                     [?MODULE, run, []], [?MODULE, run, [], []], [?MODULE, run, [], [link]], [?MODULE, run, [], [monitor]], [?MODULE, 1, []], [1, run, []],
                     [?MODULE, run, [], [{priority, low}]], [?MODULE, run, [], [{priority, xx}]], [node(), ?MODULE, run, []], [node(), ?MODULE, run, [], []],
                     [x@y, ?MODULE, run, []], [x@y, ?MODULE, run, [], [{reply, no}]], [node(), F], [node(), F, []], [node(), F, [monitor]], [x@y, F, []],
                     [x@y, F, [{reply, success_only}]], [x@y, F, [{reply_tag, no}]], [F, [{priority, xx}]], [F, [{monitor, [{tag, z}]}]], [F, [{monitor, [{tag, z}]}, {reply, no}]],
                     [F, [{reply_tag, a}, {reply_tag, b}]], [F, [{reply, no}, {reply, yes}]], [], [F, [], [], [], []]]],
    R = spawn_request(F),
    erlang:display({abandon, spawn_request_abandon(R), receive {spawn_reply, R, ok, P} when is_pid(P) -> reply after 100 -> none end}),
    erlang:display([try spawn_request_abandon(X) catch C:E -> {C, E} end || X <- [make_ref(), a, 1, self(), []]]),
    ok.

run() -> exit(done).

one(A) ->
    Arguments = [case is_function(X) of true -> 'fun'; false -> X end || X <- A],
    try apply(erlang, spawn_request, A) of
        R ->
            {Pid, Reply} = receive
                               {T, R, ok, P} when is_pid(P) -> {P, {T, ok}};
                               {T, R, error, Reason} -> {none, {T, error, Reason}}
                           after 300 -> {none, none} end,
            erlang:display({Arguments, Reply, [case M of
                                                   {'EXIT', Pid, X} -> {'EXIT', X};
                                                   {D, R, process, Pid, X} -> {D, X};
                                                   {D, R, process, P2, X} when is_pid(P2) -> {D, other, X};
                                                   {'EXIT', P2, X} when is_pid(P2) -> {'EXIT', other, X};
                                                   _ -> M end || M <- flush()]})
    catch C:E -> erlang:display({Arguments, C, E})
    end.

flush() -> receive X -> [X | flush()] after 60 -> [] end.
