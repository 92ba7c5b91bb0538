%% The module `mdns`: what is told is taken back; wrong calls.
-module(mdns_calls).
-export([start/0]).

start() ->
    show(hostname, mdns:hostname("emberl-test")),
    {ok, Service} = mdns:publish(#{
        name => "A lamp", type => "_emberltest._tcp", port => 8080, text => #{path => "/", <<"n">> => 1}
    }),
    show(bad_type, [mdns:publish(#{name => "x", type => Type, port => 1}) || Type <- ["_http", "_http._sctp", "http"]]),
    {ok, Browser} = mdns:browse("_emberltest._tcp"),
    show(browser, is_process_alive(Browser)),
    show(stop, [mdns:stop(Browser), mdns:stop(Browser)]),
    show(ended, is_process_alive(Browser)),
    show(unpublish, mdns:unpublish(Service)),
    %% With the process that told it, it goes.
    {_, Monitor} = spawn_monitor(fun() ->
        {ok, _} = mdns:publish(#{name => "Another", type => <<"_emberltest._udp">>, port => 1})
    end),
    receive
        {'DOWN', Monitor, _, _, Reason} -> show(publisher, Reason)
    end,
    #{mdns_services := #{used := Used}} = network:info(),
    show(used, Used),
    {ok, Responder} = mdns:start_link(#{hostname => <<"other">>, interface => {127, 0, 0, 1}}),
    show(responder, is_process_alive(Responder)),
    show(stop, mdns:stop(Responder)),
    show(hostname, mdns:hostname(undefined)),
    ok.

show(What, Value) ->
    erlang:display({What, Value}).
