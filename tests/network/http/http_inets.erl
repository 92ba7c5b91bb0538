%% The client asks a server of OTP's inets, whose port is the first argument.
-module(http_inets).
-export([start/0]).

start() ->
    [Port] = init:get_plain_arguments(),
    Url = fun(Path) -> ["http://127.0.0.1:", Port, Path] end,
    {ok, #{status := Found, body := Page}} = http_client:get(Url("/page.html")),
    erlang:display({get, Found, byte_size(Page)}),
    {ok, #{status := Head, body := Empty}} = http_client:request(head, Url("/page.html"), [], <<>>, #{}),
    erlang:display({head, Head, byte_size(Empty)}),
    {ok, #{status := Nothing}} = http_client:get(Url("/nothing.html")),
    erlang:display({nothing, Nothing}),
    {ok, First} = http_client:connect(Url("/")),
    {ok, #{status := One}, Second} = http_client:send(First, get, "/page.html", [], <<>>),
    {ok, #{status := Two}, Third} = http_client:send(Second, get, "/page.html", [], <<>>),
    {ok, #{status := Three}, Last} = http_client:send(Third, get, "/nothing.html", [], <<>>),
    erlang:display({kept, One, Two, Three}),
    http_client:close(Last),
    ok.
