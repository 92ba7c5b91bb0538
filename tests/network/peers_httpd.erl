%% OTP's HTTP server: it gives back the body that is posted to `/esi/peers_httpd:echo`, in chunks. Its port is the first line.
-module(peers_httpd).
-export([start/0, echo/3]).

start() ->
    {ok, _} = application:ensure_all_started(inets),
    {ok, Pid} = inets:start(httpd, [
        {port, 0}, {bind_address, {127, 0, 0, 1}}, {server_name, "peer"}, {server_root, "."}, {document_root, "."},
        {modules, [mod_esi]}, {erl_script_alias, {"/esi", [?MODULE]}}
    ]),
    [{port, Port}] = httpd:info(Pid, [port]),
    io:format("~b~n", [Port]),
    %% Until the end of the input.
    io:get_line("").

echo(Session, _, Body) ->
    ok = mod_esi:deliver(Session, "content-type: application/octet-stream\r\n\r\n"),
    parts(Session, iolist_to_binary(Body)).

parts(Session, <<Part:10000/binary, Rest/binary>>) ->
    ok = mod_esi:deliver(Session, Part),
    parts(Session, Rest);
parts(_, <<>>) ->
    ok.
