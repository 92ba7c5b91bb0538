%% A server of HTTP that gives a body back in chunks while it comes in chunks, and one that counts it; and a client that sends a
%% body of `COUNT` bytes in chunks to a server at `PORT` of the host, and gets another.
-module(peers_http).
-export([start/0]).

start() ->
    {ok, _} = network:wait_for_sta(15000),
    Main = self(),
    {ok, Server} = http_server:start_link(#{
        port => 80, max_body => infinity, handler => fun(Request) -> answer(Request, Main) end
    }),
    erlang:display(ready),
    receive
        'end' -> ok
    end,
    Part = binary:copy(<<"0123456789">>, 1000),
    Body = {stream, fun(Send) -> [ok = Send(Part) || _ <- lists:seq(1, ?COUNT div byte_size(Part))] end},
    Add = fun(Bytes, {Count, Sum}) -> {Count + byte_size(Bytes), erlang:adler32(Sum, Bytes)} end,
    {ok, #{status := Status, body := {Count, Sum}}} =
        http_client:post(<<"http://10.0.2.2:", (integer_to_binary(?PORT))/binary, "/esi/peers_httpd:echo">>, [], Body, #{
            stream => {{0, 1}, Add}, max_body => infinity
        }),
    Expected = lists:foldl(fun(_, Before) -> erlang:adler32(Before, Part) end, 1, lists:seq(1, ?COUNT div byte_size(Part))),
    erlang:display({posted, Status, Count, Sum =:= Expected}),
    http_server:stop(Server).

answer(#{path := <<"/echo">>} = Request, _) ->
    {200, [], {stream, fun(Send) -> copy(Request, Send) end}};
answer(#{path := <<"/count">>} = Request, _) ->
    {200, integer_to_list(count(Request, 0))};
answer(#{path := <<"/end">>}, Main) ->
    Main ! 'end',
    {200, "end"}.

copy(Request, Send) ->
    case http_server:read(Request) of
        {ok, Part} ->
            ok = Send(Part),
            copy(Request, Send);
        done ->
            ok
    end.

count(Request, Count) ->
    case http_server:read(Request) of
        {ok, Part} -> count(Request, Count + byte_size(Part));
        done -> Count
    end.
