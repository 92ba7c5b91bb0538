%% The server that the tests of HTTP ask: its two ports are in the first line that it prints.
-module(http_site).
-export([start/0, handle/2]).

start() ->
    Options = #{
        port => 0, ip => {127, 0, 0, 1}, handler => {?MODULE, argument}, max_connections => 4,
        request_timeout => 1500, body_timeout => 1500, idle_timeout => 1500
    },
    {ok, Plain} = http_server:start_link(Options),
    Certificate = [{certfile, "server.pem"}, {keyfile, "server.pem"}],
    {ok, Secure} = http_server:start_link(Options#{ssl => Certificate, handler => fun(Request) -> handle(Request, tls) end}),
    {ok, PlainPort} = http_server:port(Plain),
    {ok, SecurePort} = http_server:port(Secure),
    erlang:display({ports, PlainPort, SecurePort}),
    receive
        stop -> ok
    end.

handle(#{path := <<"/">>, method := <<"GET">>}, _) ->
    {200, "hello\n"};
handle(#{path := <<"/">>, method := <<"HEAD">>}, _) ->
    {200, "hello\n"};
handle(#{path := <<"/echo">>} = Request, _) ->
    case http_server:read_body(Request) of
        {ok, Body} -> {200, [{"content-type", http_server:header(<<"content-type">>, Request, "text/plain")}], Body};
        {error, too_large} -> 413;
        {error, timeout} -> 408;
        {error, _} -> 400
    end;
handle(#{path := <<"/count">>} = Request, _) ->
    {200, integer_to_list(count(Request, 0))};
handle(#{path := <<"/stream">>}, _) ->
    Parts = [["part ", integer_to_list(Number), "\n"] || Number <- [1, 2, 3]],
    {200, [], {stream, fun(Send) -> [ok = Send(Part) || Part <- Parts] end}};
handle(#{path := <<"/known">>}, _) ->
    {200, [{<<"Content-Length">>, "6"}], {stream, fun(Send) -> [ok = Send(Part) || Part <- ["abc", <<"def">>]] end}};
handle(#{path := <<"/big">>}, _) ->
    {200, binary:copy(<<"0123456789">>, 100000)};
handle(#{path := <<"/ignore">>}, _) ->
    {200, "ignored\n"};
handle(#{path := <<"/none">>}, _) ->
    204;
handle(#{path := <<"/crash">>}, _) ->
    exit(on_purpose);
handle(#{path := <<"/splitting">>}, _) ->
    {200, [{"x", "a\r\nset-cookie: b"}], "x"};
handle(#{path := <<"/query">>} = Request, _) ->
    {200, [[Name, "=", Value, ";"] || {Name, Value} <- http_server:query(Request)]};
handle(#{path := <<"/to/", Where/binary>>}, _) ->
    {302, [{"location", ["/", Where]}], ""};
handle(#{path := <<"/round">>}, _) ->
    {302, [{"location", "round"}], ""};
handle(#{path := <<"/scheme">>, scheme := Scheme, remote := {Address, _}}, Argument) ->
    {200, [atom_to_list(Scheme), " ", inet:ntoa(Address), " ", atom_to_list(Argument)]};
handle(#{method := Method, path := Path, headers := Headers}, _) ->
    {404, [Method, " ", Path, [[" ", Name] || {Name, _} <- Headers, Name =/= <<"host">>], "\n"]}.

count(Request, Sum) ->
    case http_server:read(Request) of
        {ok, Part} -> count(Request, Sum + byte_size(Part));
        done -> Sum
    end.
