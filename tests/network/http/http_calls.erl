%% The client asks the server, both on this machine: what comes back is printed.
-module(http_calls).
-export([start/0]).

start() ->
    Options = #{port => 0, ip => {127, 0, 0, 1}, handler => {http_site, argument}},
    {ok, Server} = http_server:start_link(Options),
    {ok, Port} = http_server:port(Server),
    Url = fun(Path) -> ["http://127.0.0.1:", integer_to_list(Port), Path] end,
    show(get, http_client:get(Url("/"))),
    show(not_found, http_client:get(Url("/nothing"), #{headers => [{"x-own", "1"}]})),
    show(head, http_client:request(head, Url("/"), [], <<>>, #{})),
    show(post, http_client:post(Url("/echo"), [{"content-type", "text/x"}], ["bo", <<"dy">>])),
    show(put, http_client:request(put, Url("/echo"), [], <<"put">>, #{})),
    show(none, http_client:get(Url("/none"))),
    show(stream, http_client:get(Url("/stream"))),
    show(known, http_client:get(Url("/known"))),
    show(query, http_client:get(Url("/query?a=1%202&b&c=x+y"))),
    show(scheme, http_client:get(Url("/scheme"))),
    streams(Url),
    redirects(Url),
    limits(Url),
    keep_alive(Url),
    wrong(Port),
    show(options, [http_server:start(#{}), http_server:start(#{handler => x, prot => 1})]),
    secure(),
    stopping(Server, Url),
    ok.

streams(Url) ->
    %% Without a length, in chunks; with one, as it is.
    Parts = fun(Send) -> [ok = Send(binary:copy(<<Number>>, 1000)) || Number <- [$a, $b, $c]] end,
    show(chunks, http_client:post(Url("/count"), [], {stream, Parts})),
    show(length, http_client:post(Url("/count"), [{"Content-Length", "3000"}], {stream, Parts})),
    Add = fun(Part, Sum) -> Sum + byte_size(Part) end,
    show(read_in_parts, http_client:get(Url("/big"), #{stream => {0, Add}})).

redirects(Url) ->
    show(not_followed, http_client:get(Url("/to/none"))),
    show(followed, http_client:get(Url("/to/to/none"), #{redirects => 2})),
    show(too_many, http_client:get(Url("/round"), #{redirects => 3})),
    show(post, http_client:post(Url("/to/echo"), [{"content-type", "text/x"}], "body", #{redirects => 1})).

limits(Url) ->
    show(too_large, http_client:get(Url("/big"), #{max_body => 1000})),
    show(too_large_chunks, http_client:get(Url("/stream"), #{max_body => 10})),
    show(headers, http_client:get(Url("/"), #{max_header_bytes => 10})),
    show(line, http_client:get(Url("/"), #{max_line => 5})),
    show(option, http_client:get(Url("/"), #{timeuot => 5})).

keep_alive(Url) ->
    {ok, First} = http_client:connect(Url("/")),
    {ok, #{body := Hello}, Second} = http_client:send(First, get, "/", [], <<>>),
    {ok, #{body := Part}, Third} = http_client:send(Second, get, <<"/stream">>, [], <<>>),
    {ok, #{status := Status}, Fourth} = http_client:send(Third, post, "/echo", [], "x"),
    {ok, #{body := Head}, Fifth} = http_client:send(Fourth, head, "/big", [], <<>>),
    {ok, #{body := Last}, Closed} = http_client:send(Fifth, get, "/", [{"connection", "close"}], <<>>),
    show(kept, [Hello, Part, Status, Head, Last, Closed]),
    show(closed, http_client:send(Closed, get, "/", [], <<>>)),
    show(bad_target, element(1, http_client:send(First, get, "/a b", [], <<>>))).

%% Servers that answer what is no answer.
wrong(Port) ->
    [
        show(Answer, http_client:get(["http://127.0.0.1:", integer_to_list(fake(Answer)), "/"], #{timeout => 500}))
     || Answer <- [
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab",
            "HTTP/1.1 200 OK\r\n\r\nuntil the end",
            "HTTP/1.0 200 OK\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabcd\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
            "HTTP/1.1 200 OK\r\nfolded: a\r\n b\r\n\r\n",
            "HTTP/1.1 20 OK\r\n\r\n",
            "HTTP/2 200\r\n\r\n",
            "SSH-2.0-x\r\n",
            "\n\n",
            ""
        ]
    ],
    %% Nobody answers.
    {ok, L} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}]),
    {ok, Silent} = inet:port(L),
    show(silent, http_client:get(["http://127.0.0.1:", integer_to_list(Silent), "/"], #{timeout => 100})),
    gen_tcp:close(L),
    show(refused, http_client:get(["http://127.0.0.1:", integer_to_list(Silent), "/"])),
    [
        show(Url, element(1, http_client:url(Url)))
     || Url <- [
            "http://a", "http://a:1/", "http://[::1]:80/x", "ftp://a/", "http://", "http://a:b/", "http://a:70000/",
            "http://u:p@a/", "http://a/\r\nx", "//a", "http://a?b", <<"https://a/b#c">>, "http://a b/", 5
        ]
    ],
    show(parts, http_client:url("https://a.b:8443?x=1#y")),
    show(header, catch_error(fun() ->
        http_client:get(["http://127.0.0.1:", integer_to_list(Port), "/"], #{headers => [{"a", "b\r\nc: d"}]})
    end)).

catch_error(Do) ->
    try
        Do()
    catch
        error:Reason -> {error, Reason}
    end.

%% Takes one request, and says that.
fake(Answer) ->
    {ok, L} = gen_tcp:listen(0, [binary, {active, false}, {ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(L),
    Me = self(),
    Pid = spawn(fun() ->
        receive
            go -> ok
        end,
        {ok, S} = gen_tcp:accept(L),
        {ok, _} = gen_tcp:recv(S, 0),
        ok = gen_tcp:send(S, Answer),
        Me ! done
    end),
    ok = gen_tcp:controlling_process(L, Pid),
    Pid ! go,
    Port.

secure() ->
    {ok, Server} = http_server:start(#{
        port => 0, ip => {127, 0, 0, 1}, handler => fun(Request) -> http_site:handle(Request, tls) end,
        ssl => [{certfile, "server.pem"}, {keyfile, "server.pem"}]
    }),
    {ok, Port} = http_server:port(Server),
    Url = ["https://127.0.0.1:", integer_to_list(Port), "/scheme"],
    show(verified, http_client:get(Url, #{ssl => [{cacertfile, "authority.pem"}]})),
    show(stream, http_client:get(["https://127.0.0.1:", integer_to_list(Port), "/stream"], #{ssl => [{cacertfile, "authority.pem"}]})),
    show(no_authority, http_client:get(Url)),
    {error, {tls_alert, {Unknown, _}}} = http_client:get(Url, #{ssl => [{cacertfile, "foreign.pem"}]}),
    show(unknown, Unknown),
    show(on_own_risk, element(1, http_client:get(Url, #{ssl => [{verify, verify_none}]}))),
    http_server:stop(Server).

%% A request that runs comes to its end; a connection that waits does not keep the server.
stopping(Server, Url) ->
    {ok, Idle} = http_client:connect(Url("/")),
    {ok, _, Kept} = http_client:send(Idle, get, "/", [], <<>>),
    Me = self(),
    spawn(fun() ->
        Slow = fun(Send) ->
            Me ! begun,
            receive
            after 300 -> ok
            end,
            Send("late")
        end,
        {ok, #{body := Body}} = http_client:post(Url("/echo"), [], {stream, Slow}),
        Me ! {answer, Body}
    end),
    receive
        begun -> ok
    end,
    %% The server has begun with it, too.
    receive
    after 100 -> ok
    end,
    unlink(Server),
    show(stop, http_server:stop(Server, 3000)),
    receive
        {answer, Body} -> show(late, Body)
    after 3000 -> show(late, nothing)
    end,
    show(idle, http_client:send(Kept, get, "/", [], <<>>)),
    show(refused, http_client:get(Url("/"))).

show(What, {ok, #{status := Status, headers := Headers, body := Body}}) ->
    erlang:display({What, Status, Headers, Body});
show(What, Value) ->
    erlang:display({What, Value}).
