%% All services at once from the smallest pools: an address by DHCP, the time, names, a host's name and services by mDNS, a
%% server of pages and two clients. Then each pool is driven empty: whoever asks for more is told so, the others go on, and
%% what was given back can be had again.
-module(services).
-export([start/0, handle/1]).

-define(HOST, {10, 0, 2, 50}).
-define(LATE, 500).

start() ->
    Self = self(),
    register(?MODULE, Self),
    {ok, _} = network:start([
        {sta, [{got_ip, fun(Info) -> Self ! {address, Info} end}, {dhcp_hostname, "lamp"}]},
        {sntp, [{host, "time.test"}, {synchronized, fun(Time) -> Self ! {time, Time} end}]},
        {mdns, [{host, "lamp"}]}
    ]),
    receive {address, {{10, 0, 2, 15}, _, ?HOST}} -> ok end,
    Server = serve_pages(),
    Services = [publish(Name, Type) || {Name, Type} <- [{"Lamp", "_http._tcp"}, {"Light", "_lamp._udp"}]],
    Clients = [client(Port) || Port <- [7001, 7002]],
    Names = counter(fun name/1),
    Timer = spawn_link(fun() -> tick(0, erlang:monotonic_time(millisecond)) end),
    receive {time, {Seconds, _}} when Seconds > 1700000000 -> ok after 20000 -> exit(no_time) end,
    erlang:display(ready),
    pages(150),
    [true = ask(Pid, count) > 10 || Pid <- [Names | Clients]],
    %% The page, names and what is remembered come and go; what stays is told.
    erlang:display({pools, told()}),
    ask(Names, stop),
    %% Until the test has seen enough, and asks no more.
    quiet(),
    until(fun() -> used(tcp_sockets) =:= 2 end, pages_are_asked_for),
    %% The clients stay where they are, whatever is taken of the rest.
    pool(tcp_sockets, fun connect/1, fun gen_tcp:close/1),
    pool(listeners, fun listen/1, fun gen_tcp:close/1),
    pool(udp_sockets, fun open/1, fun gen_udp:close/1),
    pool(groups, fun join/1, fun leave/1),
    [ok = mdns:unpublish(Service) || Service <- Services],
    pool(mdns_services, fun another/1, fun mdns:unpublish/1),
    pool(mdns_browses, fun browse/1, fun mdns:stop/1),
    lookups(),
    records(),
    itself(),
    Again = publish("Lamp", "_http._tcp"),
    erlang:display(again),
    pages(20),
    quiet(),
    ok = http_server:stop(Server),
    contexts(),
    sessions(),
    Last = serve_pages(),
    erlang:display(last),
    pages(20),
    quiet(),
    ok = http_server:stop(Last),
    ok = mdns:unpublish(Again),
    [true = ask(Pid, stop) > 20 || Pid <- Clients],
    true = ask(Timer, stop) > 100,
    %% What was closed goes out first: goodbye is said as far as the card has room.
    receive after 500 -> ok end,
    ok = network:stop(),
    %% Goodbye was said before the link was gone.
    leases(),
    {ok, []} = {ok, [Name || {Name, #{used := Used}} <- maps:to_list(network:info()), Name =/= heap, Used > 0]},
    erlang:display(done),
    ok.

%% Waits until so many pages were asked for.
pages(0) -> ok;
pages(Count) -> receive page -> pages(Count - 1) after 60000 -> exit({no_pages, Count}) end.

%% Until the other end has asked for the last page.
quiet() -> receive page -> quiet(); enough -> ok after 60000 -> exit(pages_do_not_end) end.

serve_pages() ->
    {ok, Server} = http_server:start_link(#{port => 80, max_connections => 2, handler => fun ?MODULE:handle/1}),
    Server.

handle(#{path := <<"/page">>}) ->
    ?MODULE ! page,
    whole_page();
handle(#{path := <<"/enough">>}) ->
    ?MODULE ! enough,
    whole_page();
handle(_) ->
    404.

whole_page() ->
    {200, [{"content-type", "text/html"}], [<<"<html>">>, binary:copy(<<"0123456789">>, 200), <<"</html>">>]}.

publish(Name, Type) ->
    {ok, Service} = mdns:publish(#{name => Name, type => Type, port => 80, text => #{path => "/page"}}),
    Service.

%% Something that is done time after time until it is told to stop; it answers how often it was.
counter(Do) -> spawn_link(fun() -> counter(Do, 0) end).

counter(Do, Count) ->
    Do(Count),
    receive
        {ask, From, count} -> From ! {self(), Count}, counter(Do, Count + 1);
        {ask, From, stop} -> From ! {self(), Count}
    after 20 -> counter(Do, Count + 1)
    end.

ask(Pid, What) ->
    Pid ! {ask, self(), What},
    receive {Pid, Answer} -> Answer after 20000 -> exit({no_answer, Pid, What}) end.

client(Port) ->
    spawn_link(fun() ->
        {ok, Socket} = gen_tcp:connect(?HOST, Port, [binary, {active, false}], 10000),
        counter(
            fun(Count) ->
                Bytes = binary:copy(<<Count:32>>, 1 + Count rem 500),
                ok = gen_tcp:send(Socket, Bytes),
                {ok, Bytes} = gen_tcp:recv(Socket, byte_size(Bytes), 20000)
            end,
            0
        )
    end).

name(Count) ->
    Number = 1 + Count rem 250,
    {ok, {192, 0, 2, Number}} = inet:getaddr("host" ++ integer_to_list(Number) ++ ".test", inet).

tick(Count, Last) ->
    receive
        {ask, From, stop} -> From ! {self(), Count}
    after 20 ->
        Now = erlang:monotonic_time(millisecond),
        Now - Last > ?LATE andalso erlang:display({late, Now - Last}),
        tick(Count + 1, Now)
    end.

told() ->
    [{Name, Peak, Size} || {Name, #{peak := Peak, size := Size}} <- lists:sort(maps:to_list(network:info())), Name =/= heap].

used(Name) ->
    #{Name := #{used := Used}} = network:info(),
    Used.

%% Takes until there is no more, which is an error; gives all back, and takes as many again.
pool(Name, Take, Give) ->
    Before = used(Name),
    {First, Error} = take(Take, Give, []),
    {Name, true, _} = {Name, lists:member(Error, [emfile, enobufs, enomem]), Error},
    #{Name := #{used := Full, size := Size}} = network:info(),
    {Name, Size} = {Name, Full},
    back(First, Give, Name, Before),
    {Second, Error} = take(Take, Give, []),
    {Name, Number} = {Name, length(First)},
    {Name, Number} = {Name, length(Second)},
    back(Second, Give, Name, Before),
    erlang:display({empty, Name, Size, Number, Error}).

take(Take, _, Taken) when length(Taken) < 50 ->
    case Take(length(Taken)) of
        {ok, One} -> take(Take, none, [One | Taken]);
        {error, Reason} -> {Taken, Reason}
    end.

back(Taken, Give, Name, Before) ->
    [ok = Give(One) || One <- Taken],
    until(fun() -> used(Name) =< Before end, {not_given_back, Name}).

%% A connection goes on for a moment after it was closed.
until(Condition, What) -> until(Condition, What, 200).

until(_, What, 0) -> exit({What, told()});
until(Condition, What, Left) ->
    case Condition() of
        true -> ok;
        false ->
            receive after 50 -> ok end,
            until(Condition, What, Left - 1)
    end.

connect(Index) ->
    Port = lists:nth(1 + Index rem 4, [7003, 7003, 7001, 7002]),
    gen_tcp:connect(?HOST, Port, [binary, {active, false}], 10000).

listen(Index) -> gen_tcp:listen(8000 + Index, [binary, {active, false}]).
open(Index) -> gen_udp:open(9000 + Index, [binary, {active, false}]).

%% One socket in many groups.
join(Index) ->
    case get(groups) of
        undefined ->
            {ok, Socket} = gen_udp:open(9100, [binary, {active, false}]),
            put(groups, {Socket, 0}),
            join(Index);
        {Socket, Members} ->
            Group = {239, 1, 2, Index},
            case inet:setopts(Socket, [{add_membership, {Group, {0, 0, 0, 0}}}]) of
                ok ->
                    put(groups, {Socket, Members + 1}),
                    {ok, Group};
                {error, Reason} ->
                    {error, Reason}
            end
    end.

leave(Group) ->
    {Socket, Members} = get(groups),
    ok = inet:setopts(Socket, [{drop_membership, {Group, {0, 0, 0, 0}}}]),
    case Members of
        1 ->
            erase(groups),
            gen_udp:close(Socket);
        _ ->
            put(groups, {Socket, Members - 1}),
            ok
    end.

another(Index) -> mdns:publish(#{name => [$S, $0 + Index], type => "_more._tcp", port => 1000 + Index}).
browse(Index) -> mdns:browse(["_b", $0 + Index, "._tcp"]).

%% As many as there are wait for an answer that never comes; the next is told at once.
lookups() ->
    #{lookups := #{size := Size, used := 0}} = network:info(),
    Waiting = [spawn_monitor(fun() -> exit({ended, inet:getaddr("nobody.nowhere", inet)}) end) || _ <- lists:seq(1, Size)],
    until(fun() -> used(lookups) =:= Size end, lookups_are_free),
    {error, Error} = inet:getaddr("host1.test", inet),
    [receive {'DOWN', Monitor, process, Pid, {ended, {error, _}}} -> ok end || {Pid, Monitor} <- Waiting],
    [{ok, {192, 0, 2, 7}} = inet:getaddr("host7.test", inet) || _ <- lists:seq(1, 2 * Size)],
    0 = used(lookups),
    erlang:display({empty, lookups, Size, Size, Error}).

%% More of others is told by mDNS than can be remembered: the first are found, and the next when those are forgotten.
records() ->
    {ok, Browser} = mdns:browse("_flood._tcp"),
    erlang:display(flood),
    receive {mdns, Browser, {found, #{port := 1}}} -> ok after 20000 -> exit({none_found, told()}) end,
    #{mdns_records := #{size := Size}} = network:info(),
    until(fun() -> used(mdns_records) =:= Size end, records_are_left),
    ok = mdns:stop(Browser),
    until(fun() -> used(mdns_records) =:= 0 end, records_stay),
    {ok, Again} = mdns:browse("_flood._tcp"),
    flush(),
    erlang:display(one),
    receive {mdns, Again, {found, #{port := 4711}}} -> ok after 20000 -> exit({not_found, told()}) end,
    ok = mdns:stop(Again),
    erlang:display({empty, mdns_records, Size, Size, none}).

flush() ->
    receive {mdns, _, _} -> flush() after 0 -> ok end.

%% What goes from the machine to itself goes by one frame at a time: slower, and whole. A datagram may be lost.
itself() ->
    {ok, Reader} = gen_udp:open(9200, [binary, {active, false}]),
    {ok, Writer} = gen_udp:open(9201, [binary, {active, false}]),
    [gen_udp:send(Writer, {127, 0, 0, 1}, 9200, <<Number>>) || Number <- lists:seq(1, 50)],
    {ok, {_, 9201, _}} = gen_udp:recv(Reader, 0, 5000),
    ok = gen_udp:close(Reader),
    ok = gen_udp:close(Writer),
    {ok, Socket} = gen_tcp:connect({127, 0, 0, 1}, 80, [binary, {active, false}], 10000),
    ok = gen_tcp:send(Socket, <<"GET /page HTTP/1.1\r\nhost: me\r\nconnection: close\r\n\r\n">>),
    Page = whole(Socket, <<>>),
    true = byte_size(Page) > 2000,
    #{local_frames := #{size := Size, peak := Peak, used := 0}} = network:info(),
    erlang:display({empty, local_frames, Size, Peak, none}).

whole(Socket, Before) ->
    case gen_tcp:recv(Socket, 0, 10000) of
        {ok, Bytes} -> whole(Socket, <<Before/binary, Bytes/binary>>);
        {error, closed} -> Before
    end.

secrets() -> [{certfile, "server.pem"}, {keyfile, "server.pem"}, binary, {active, false}].

contexts() ->
    {ok, Listener} = ssl:listen(443, secrets()),
    {error, Error} = ssl:listen(8443, secrets()),
    #{tls_contexts := #{used := Size, size := Size}, listeners := #{used := 1}} = network:info(),
    ok = ssl:close(Listener),
    {ok, Again} = ssl:listen(443, secrets()),
    ok = ssl:close(Again),
    until(fun() -> used(tls_contexts) =:= 0 end, contexts_stay),
    erlang:display({empty, tls_contexts, Size, Size, Error}).

%% Two clients that say nothing: one holds the session until it is dropped, the other is told that there is none.
sessions() ->
    {ok, Listener} = ssl:listen(443, secrets()),
    erlang:display(stall),
    Self = self(),
    Handshakes = [
        spawn_monitor(fun() ->
            {ok, Socket} = ssl:transport_accept(Listener, 20000),
            Self ! accepted,
            Result = ssl:handshake(Socket, 3000),
            ssl:close(Socket),
            exit(Result)
        end)
     || _ <- [1, 2]
    ],
    [receive accepted -> ok end || _ <- Handshakes],
    Results = [receive {'DOWN', Monitor, process, Pid, {error, Result}} -> Result end || {Pid, Monitor} <- Handshakes],
    [Error] = Results -- [timeout],
    [timeout] = Results -- [Error],
    ok = ssl:close(Listener),
    until(fun() -> used(tls_sessions) =:= 0 end, sessions_stay),
    #{tls_sessions := #{size := Size, peak := Peak}} = network:info(),
    erlang:display({empty, tls_sessions, Size, Peak, Error}).

%% As the one who gives addresses: there are so many, and one that is given back is given to another.
leases() ->
    Self = self(),
    {ok, _} = network:start([{ap, [{ssid, "lamp"}, {sta_ip_assigned, fun(Address) -> Self ! {given, Address} end}]}]),
    ok = network:wait_for_ap(),
    erlang:display(lease),
    #{leases := #{size := Size}} = network:info(),
    Given = [receive {given, Address} -> Address after 20000 -> exit(no_lease) end || _ <- lists:seq(1, Size)],
    Size = length(lists:usort(Given)),
    Size = used(leases),
    erlang:display(full),
    receive {given, Again} -> true = lists:member(Again, Given) after 20000 -> exit(no_lease) end,
    erlang:display({empty, leases, Size, Size, none}),
    %% The answer that gives it has to go out first: a network that is stopped sends nothing more.
    receive after 1000 -> ok end,
    ok = network:stop().
