%% Requests of the I/O protocol, sent as messages and by io's functions, to the console and to a server of our own.
%% Since OTP 26 other reasons of errors and more options are told.
%% releases: 25
-module(io_protocol).
-export([start/0, reply/1, leader/1]).

start() ->
    P = fun(Label, X) -> io:format("~ts: ~tp~n", [Label, X]) end,
    Leader = group_leader(),
    P("leader is user", Leader =:= whereis(user) orelse is_pid(Leader)),
    Ask = fun(Request) -> ask(Leader, Request) end,
    [
        P(io_lib:format("~0p", [R]), Ask(R))
     || R <- [
            {put_chars, unicode, "list\n"},
            {put_chars, unicode, <<"binary\n">>},
            {put_chars, unicode, [["deep", <<" iodata">>], $\n]},
            {put_chars, latin1, "latin\n"},
            {put_chars, latin1, <<"latin\n">>},
            {put_chars, unicode, ?MODULE, reply, ["by apply\n"]},
            {put_chars, latin1, ?MODULE, reply, [<<"by apply\n">>]},
            {put_chars, unicode, ?MODULE, reply, [atom]},
            {put_chars, unicode, ?MODULE, no_such, []},
            {put_chars, "old\n"},
            {put_chars, ?MODULE, reply, ["old apply\n"]},
            {put_chars, unicode, atom},
            {put_chars, unicode, [a, b]},
            {put_chars, unicode, [16#d800]},
            {put_chars, unicode, ["x" | y]},
            {put_chars, latin1, [1024]},
            {put_chars, nonsense, "x"},
            {get_geometry, columns},
            {get_geometry, rows},
            {get_geometry, depth},
            getopts,
            {setopts, [binary]},
            getopts,
            {setopts, [list]},
            {setopts, [{binary, true}]},
            {setopts, [{binary, false}]},
            {setopts, [{nonsense, 1}]},
            {setopts, [{encoding, nonsense}]},
            {setopts, [{encoding, utf8}]},
            getopts,
            {setopts, []},
            {requests, []},
            {requests, [{put_chars, unicode, "one "}, {put_chars, unicode, "two\n"}]},
            {requests, [{put_chars, unicode, "one\n"}, nonsense, {put_chars, unicode, "never\n"}]},
            {requests, [{put_chars, unicode, "last is the reply\n"}, getopts]},
            nonsense,
            {nonsense, 1, 2},
            1,
            {get_line, unicode, ''},
            {get_chars, unicode, '', 3},
            {get_until, unicode, '', io_lib, fread, ["~d"]}
        ]
    ],
    %% What is no request is ignored.
    Leader ! nonsense,
    Leader ! {io_request, not_a_pid, x, {put_chars, unicode, "never\n"}},
    P("columns", {io:columns(), io:rows(), io:columns(standard_error)}),
    P("opts", {io:getopts(), io:getopts(standard_io), io:getopts(standard_error)}),
    P("setopts", {io:setopts([]), catch io:setopts([nonsense])}),
    P("put", {io:put_chars("p\n"), io:put_chars(standard_io, "q\n"), io:put_chars(user, <<"r\n">>)}),
    P("nl", {io:nl(), io:nl(user)}),
    P("errors", [
        catch_it(fun() -> io:put_chars(atom) end),
        catch_it(fun() -> io:put_chars([[], atom]) end),
        catch_it(fun() -> io:put_chars(no_such_device, "x") end),
        catch_it(fun() -> io:format(reply("~p")) end),
        catch_it(fun() -> io:format(reply("~p"), []) end),
        catch_it(fun() -> io:format(reply("~q"), [1]) end),
        catch_it(fun() -> io:format(reply("x"), [1]) end),
        catch_it(fun() -> io:format(1, [1]) end),
        catch_it(fun() -> io:write(no_such_device, x) end),
        catch_it(fun() -> io:requests(user, [{put_chars, unicode, "requests\n"}, {nl}]) end)
    ]),
    P("write", {io:write({a, [1, "x"]}), io:nl()}),
    P("fwrite", io:fwrite("~s ~w~n", ["x", y])),
    P("formats", io:format("no arguments~n")),
    %% Everything at its end.
    P("input", {
        io:get_line(""), io:get_chars("", 5), io:read(""), io:fread("", "~d"), io:scan_erl_form(""), io:parse_erl_exprs("")
    }),
    P("prompts", {io:get_line("prompt> "), io:get_line({format, "~p> ", [x]}), io:get_line(atom_prompt)}),
    %% A group leader of our own.
    Own = spawn(?MODULE, leader, [self()]),
    true = group_leader(Own, self()),
    ok = io:format("to ~s~n", [own]),
    {Child, Monitor} = spawn_monitor(fun() -> io:put_chars("inherited\n"), exit(io:get_line("?")) end),
    receive {'DOWN', Monitor, process, Child, Reason} -> ok end,
    true = group_leader(Leader, self()),
    P("child", Reason),
    P("told", told(3)),
    Own ! stop,
    %% One that dies while it is asked.
    Deaf = spawn(fun() -> receive {io_request, _, _, _} -> exit(deaf) end end),
    P("terminated", catch_it(fun() -> io:put_chars(Deaf, "x") end)),
    P("dead", catch_it(fun() -> io:put_chars(Deaf, "x") end)),
    P("dead getopts", catch_it(fun() -> io:getopts(Deaf) end)),
    P("dead line", catch_it(fun() -> io:get_line(Deaf, "") end)),
    io:put_chars(standard_error, "to standard error\n"),
    io:format(standard_error, "~tp~n", [[1024, "x"]]),
    P("stderr input", catch_it(fun() -> io:get_line(standard_error, "") end)),
    ok.

reply(X) -> X.

catch_it(F) ->
    try F() of V -> {value, V} catch C:R -> {C, R} end.

ask(To, Request) ->
    Ref = make_ref(),
    To ! {io_request, self(), Ref, Request},
    receive {io_reply, Ref, Reply} -> Reply after 3000 -> timeout end.

leader(To) ->
    receive
        {io_request, From, As, Request} ->
            To ! {told, Request},
            From ! {io_reply, As, case element(1, Request) of get_line -> "line\n"; _ -> ok end},
            leader(To);
        stop -> ok
    end.

told(0) -> [];
told(N) -> [receive {told, X} -> X after 3000 -> timeout end | told(N - 1)].
