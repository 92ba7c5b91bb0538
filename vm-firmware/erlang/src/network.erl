%% The link, as AtomVM's module of this name: being in somebody's network, and being one for others. Owns the options, the
%% process that hears what becomes of the link, and what callbacks are told. Reconnecting, addresses, the time and the
%% host's name are the machine's.
-module(network).
-export([
    start/1, start_link/1, stop/0,
    wait_for_sta/0, wait_for_sta/1, wait_for_sta/2, wait_for_ap/0, wait_for_ap/1, wait_for_ap/2,
    sta_connect/0, sta_connect/1, sta_disconnect/0, sta_status/0, sta_rssi/0, wifi_scan/0, wifi_scan/1, info/0
]).
-export([init/4, emberl_hostname/0]).

%% Milliseconds to wait for an address, unless the program says how many.
-define(WAIT, 15000).
%% Networks that a scan tells, likewise.
-define(RESULTS, 6).
%% Milliseconds that a scan may take.
-define(SCAN, 30000).

-record(net, {
    config :: #{atom() => #{atom() => term()}},
    %% Who waits: for the station's address, for the access point, for a scan.
    waiting = [] :: [{pid(), reference(), sta | ap}],
    scan :: {pid(), reference()} | callback | undefined,
    scan_options = #{} :: map(),
    address :: tuple() | undefined,
    %% Whether the program has not said yet that the station is to join: what the link does before is nobody's business.
    quiet = false :: boolean(),
    ap = false :: boolean()
}).

-type config() :: [{sta | ap | sntp | mdns, list()}].

%% Starts the link; the rest happens behind it, and is told to callbacks.
-spec start(config()) -> {ok, pid()} | {error, term()}.
start(Config) -> start(Config, false).

-spec start_link(config()) -> {ok, pid()} | {error, term()}.
start_link(Config) -> start(Config, true).

start(Config, Linked) ->
    case sections(Config) of
        {ok, Sections} ->
            Ref = make_ref(),
            Arguments = [self(), Ref, Sections, Linked],
            {Pid, Monitor} =
                case Linked of
                    true -> spawn_opt(?MODULE, init, Arguments, [link, monitor]);
                    false -> spawn_monitor(?MODULE, init, Arguments)
                end,
            receive
                {Ref, Result} ->
                    demonitor(Monitor, [flush]),
                    Result;
                {'DOWN', Monitor, process, Pid, Reason} ->
                    {error, Reason}
            end;
        Error ->
            Error
    end.

%% Ends it, in every state; all that it has taken is given back when this returns.
-spec stop() -> ok | {error, term()}.
stop() ->
    case ask(stop) of
        {error, network_not_started} -> ok;
        Result -> Result
    end.

%% Waiting.

-spec wait_for_sta() -> {ok, {tuple(), tuple(), tuple()}} | {error, term()}.
wait_for_sta() -> wait_for_sta([], ?WAIT).

-spec wait_for_sta(timeout() | list()) -> {ok, {tuple(), tuple(), tuple()}} | {error, term()}.
wait_for_sta(Options) when is_list(Options) -> wait_for_sta(Options, ?WAIT);
wait_for_sta(Timeout) -> wait_for_sta([], Timeout).

%% Starts the link, unless it is started, and waits for an address. The link stays when there is none in time, and goes on
%% trying.
-spec wait_for_sta(list(), timeout()) -> {ok, {tuple(), tuple(), tuple()}} | {error, term()}.
wait_for_sta(Options, Timeout) -> wait_for(sta, Options, Timeout).

-spec wait_for_ap() -> ok | {error, term()}.
wait_for_ap() -> wait_for_ap([], ?WAIT).

-spec wait_for_ap(timeout() | list()) -> ok | {error, term()}.
wait_for_ap(Options) when is_list(Options) -> wait_for_ap(Options, ?WAIT);
wait_for_ap(Timeout) -> wait_for_ap([], Timeout).

-spec wait_for_ap(list(), timeout()) -> ok | {error, term()}.
wait_for_ap(Options, Timeout) -> wait_for(ap, Options, Timeout).

wait_for(Kind, Options, Timeout) ->
    case start([{Kind, Options}]) of
        {ok, _} -> ask({wait, Kind}, Timeout);
        {error, {already_started, _}} -> ask({wait, Kind}, Timeout);
        Error -> Error
    end.

%% The station.

%% Tries again, at once, to be in the network.
-spec sta_connect() -> ok | {error, term()}.
sta_connect() -> ask({connect, []}).

%% Changes options, and goes into that network.
-spec sta_connect(list()) -> ok | {error, term()}.
sta_connect(Options) -> ask({connect, Options}).

%% Leaves the network, and stays away until `sta_connect/0,1`.
-spec sta_disconnect() -> ok | {error, term()}.
sta_disconnect() -> ask(disconnect).

-spec sta_status() -> associated | connected | connecting | degraded | disconnected | disconnecting | inactive.
sta_status() ->
    case emberl_net:state() of
        {ok, State} -> State;
        {error, _} -> inactive
    end.

%% The strength of the signal, in dBm.
-spec sta_rssi() -> {ok, integer()} | {error, term()}.
sta_rssi() -> emberl_net:strength().

-spec wifi_scan() -> ok | {ok, {non_neg_integer(), [map()]}} | {error, term()}.
wifi_scan() -> wifi_scan([]).

%% Looks for networks: `{ok, {Number, Networks}}`; with a callback `scan_done` it is told, and this returns at once.
-spec wifi_scan(list()) -> ok | {ok, {non_neg_integer(), [map()]}} | {error, term()}.
wifi_scan(Options) -> ask({scan, Options}, ?SCAN).

%% The machine's pools by their names: how much of each is taken, the most that was, how many there are, and their bytes.
-spec info() -> #{atom() => #{used | peak | size | bytes := non_neg_integer()}} | {error, term()}.
info() ->
    case emberl_net:pools() of
        {ok, Pools} ->
            maps:from_list([
                {Name, #{used => Used, peak => Peak, size => Size, bytes => Bytes}}
             || {Name, Used, Peak, Size, Bytes} <- Pools
            ]);
        Error ->
            Error
    end.

%% The host name that the station tells; for `inet:gethostname/0`.
-spec emberl_hostname() -> string() | undefined.
emberl_hostname() ->
    case ask(hostname) of
        {ok, Name} -> Name;
        {error, _} -> undefined
    end.

ask(Request) -> ask(Request, infinity).

ask(Request, Timeout) ->
    case whereis(?MODULE) of
        undefined ->
            {error, network_not_started};
        Pid ->
            case emberl_inet:call(Pid, Request, Timeout) of
                {error, closed} -> {error, network_not_started};
                Result -> Result
            end
    end.

%% Options.

sections(Config) ->
    try
        {ok, sections(Config, #{})}
    catch
        throw:{option, Reason} -> {error, Reason}
    end.

sections([{Kind, Options} | Rest], Sections) when is_list(Options) ->
    sections(Rest, Sections#{Kind => options(Options, known(Kind), #{})});
sections([], Sections) ->
    Sections;
sections([Other | _], _) ->
    throw({option, {bad_section, Other}});
sections(_, _) ->
    throw({option, bad_config}).

%% What a section knows; another name of an option stands for the first.
known(sta) ->
    [
        {ssid, text}, {psk, text}, {dhcp_hostname, text}, {managed, boolean},
        {address, address}, {netmask, address}, {gateway, address}, {dns, addresses}, {ip_info, info},
        {default_scan_results, count}, {scan_dwell_ms, count}, {scan_show_hidden, boolean}, {scan_passive, boolean},
        {connected, callback}, {got_ip, callback}, {got_ip6, callback}, {lost_ip, callback}, {disconnected, callback},
        {reconnecting, callback}, {beacon_timeout, callback}, {scan_done, callback}
    ];
known(ap) ->
    [
        {ssid, text}, {psk, text}, {ap_channel, count}, {ssid_hidden, boolean}, {ap_ssid_hidden, ssid_hidden, boolean},
        {max_connections, count}, {ap_max_connections, max_connections, count}, {address, address}, {netmask, address},
        {ap_started, callback}, {sta_connected, callback}, {sta_disconnected, callback}, {sta_ip_assigned, callback}
    ];
known(sntp) ->
    [{host, text}, {synchronized, callback}];
known(mdns) ->
    [{host, text}, {hostname, host, text}];
known(scan) ->
    [{results, count}, {dwell, count}, {show_hidden, boolean}, {passive, boolean}];
known(Other) ->
    throw({option, unknown(unknown_section, Other, [sta, ap, sntp, mdns])}).

options([{Name, Value} | Rest], Known, Options) ->
    case lists:keyfind(Name, 1, Known) of
        {_, Type} -> options(Rest, Known, Options#{Name => value(Type, Name, Value)});
        {_, First, Type} -> options(Rest, Known, Options#{First => value(Type, Name, Value)});
        false -> throw({option, unknown(unknown_option, Name, [element(1, Entry) || Entry <- Known])})
    end;
options([Name | Rest], Known, Options) when is_atom(Name) ->
    options([{Name, true} | Rest], Known, Options);
options([], _, Options) ->
    Options;
options(Other, _, _) ->
    throw({option, {bad_option, Other}}).

value(text, Name, Value) ->
    case emberl_inet:name(Value) of
        Bytes when is_binary(Bytes), Value =/= undefined -> Bytes;
        _ -> bad(Name, Value)
    end;
value(boolean, _, Value) when is_boolean(Value) -> Value;
value(count, _, Value) when is_integer(Value), Value >= 0 -> Value;
value(callback, _, Value) when is_pid(Value); is_function(Value, 0); is_function(Value, 1) -> Value;
value(address, Name, Value) -> address(Name, Value);
value(addresses, Name, Values) when is_list(Values), length(Values) < 4 -> [address(Name, Value) || Value <- Values];
value(info, Name, {Address, Netmask, Gateway}) -> {address(Name, Address), address(Name, Netmask), address(Name, Gateway)};
value(_, Name, Value) -> bad(Name, Value).

address(Name, Value) ->
    case inet:is_ipv4_address(Value) of
        true -> Value;
        false -> bad(Name, Value)
    end.

bad(Name, Value) -> throw({option, {bad_option, {Name, Value}}}).

%% With the nearest of the names that are known, if one is near.
unknown(Error, Name, Known) when is_atom(Name) ->
    Text = atom_to_list(Name),
    {Distance, Nearest} = nearest(Known, Text, {length(Text) div 2 + 1, none}),
    if
        Nearest =:= none; Distance > 4 -> {Error, Name};
        true -> {Error, Name, Nearest}
    end;
unknown(Error, Name, _) ->
    {Error, Name}.

nearest([Known | Rest], Text, {Best, _} = Found) ->
    case distance(atom_to_list(Known), Text) of
        Distance when Distance < Best -> nearest(Rest, Text, {Distance, Known});
        _ -> nearest(Rest, Text, Found)
    end;
nearest([], _, Found) ->
    Found.

%% How many characters must be changed, put in or taken out (Levenshtein), a row of the table at a time.
distance(From, To) -> last(rows(From, To, row(To, 0))).

row([_ | Rest], Count) -> [Count | row(Rest, Count + 1)];
row([], Count) -> [Count].

rows([Char | Rest], To, [First | _] = Row) -> rows(Rest, To, [First + 1 | next(Char, To, Row, First + 1)]);
rows([], _, Row) -> Row.

next(Char, [Other | To], [Diagonal | [Above | _] = Row], Left) ->
    Changed = if Char =:= Other -> Diagonal; true -> Diagonal + 1 end,
    Least = min(Changed, min(Above, Left) + 1),
    [Least | next(Char, To, Row, Least)];
next(_, [], _, _) ->
    [].

last([Last]) -> Last;
last([_ | Rest]) -> last(Rest).

%% What the machine is told of a station.
station(#{sta := Options}) -> station_of(Options);
station(_) -> undefined.

station_of(Options) ->
    {of_map(ssid, Options, <<>>), of_map(psk, Options, <<>>), of_map(dhcp_hostname, Options, undefined), fixed(Options)}.

fixed(#{ip_info := {Address, Netmask, Gateway}} = Options) ->
    fixed(maps:remove(ip_info, Options#{address => Address, netmask => Netmask, gateway => Gateway}));
fixed(#{address := Address} = Options) ->
    {Address, prefix(of_map(netmask, Options, {255, 255, 255, 0})), of_map(gateway, Options, undefined), of_map(dns, Options, [])};
fixed(_) ->
    dhcp.

access_point(#{ap := Options}) ->
    {
        of_map(ssid, Options, <<"emberl">>),
        of_map(psk, Options, <<>>),
        of_map(ap_channel, Options, 0),
        of_map(ssid_hidden, Options, false),
        min(255, of_map(max_connections, Options, 4)),
        of_map(address, Options, {192, 168, 4, 1}),
        prefix(of_map(netmask, Options, {255, 255, 255, 0}))
    };
access_point(_) ->
    undefined.

of_map(Name, Map, Default) ->
    case Map of
        #{Name := Value} -> Value;
        _ -> Default
    end.

%% Leading ones of a netmask.
prefix({A, B, C, D}) ->
    <<Mask:32>> = <<A, B, C, D>>,
    ones(Mask, 0).

ones(Mask, Count) when Mask band 16#80000000 =/= 0 -> ones(Mask bsl 1, Count + 1);
ones(_, Count) -> Count.

netmask(Prefix) ->
    <<A, B, C, D>> = <<(16#ffffffff bsl (32 - Prefix)):32>>,
    {A, B, C, D}.

%% The process.

-spec init(pid(), reference(), map(), boolean()) -> no_return().
init(Starter, Ref, Config, Linked) ->
    try register(?MODULE, self()) of
        true ->
            case begin_link(Config) of
                ok ->
                    Starter ! {Ref, {ok, self()}},
                    loop(#net{config = Config, quiet = is_managed(Config)});
                {error, _} = Error ->
                    refuse(Starter, Ref, Error, Linked)
            end
    catch
        error:badarg -> refuse(Starter, Ref, {error, {already_started, whereis(?MODULE)}}, Linked)
    end.

%% Who is linked is not hurt by it.
refuse(Starter, Ref, Error, Linked) ->
    Linked andalso unlink(Starter),
    whereis(?MODULE) =:= self() andalso unregister(?MODULE),
    Starter ! {Ref, Error},
    exit(normal).

is_managed(#{sta := #{managed := true}}) -> true;
is_managed(_) -> false.

begin_link(Config) ->
    Result =
        try
            emberl_net:start(station(Config), access_point(Config))
        catch
            error:badarg -> {error, badarg}
        end,
    case Result of
        ok ->
            %% A station that the program manages joins when that says so.
            is_managed(Config) andalso emberl_net:leave(),
            services(Config),
            ok;
        Error ->
            Error
    end.

%% The time, and the name for mDNS. A machine without them goes on without.
services(Config) ->
    case Config of
        #{sntp := #{host := Server}} -> _ = emberl_net:sntp(Server);
        _ -> ok
    end,
    case Config of
        #{mdns := #{host := Host}} -> _ = emberl_net:hostname(Host);
        _ -> ok
    end.

loop(S) ->
    receive
        {'$network', Event} ->
            loop(event(Event, S));
        {call, From, Ref, stop} ->
            [Other ! {OtherRef, {error, network_not_started}} || {Other, OtherRef, _} <- S#net.waiting],
            case S#net.scan of
                {Pid, Scan} -> Pid ! {Scan, {error, scan_canceled}};
                _ -> ok
            end,
            _ = emberl_net:hostname(undefined),
            _ = emberl_net:sntp(undefined),
            Result = emberl_net:stop(),
            unregister(?MODULE),
            From ! {Ref, Result},
            exit(normal);
        {call, From, Ref, Request} ->
            loop(call(Request, From, Ref, S));
        {cancel, Ref} ->
            loop(cancel(Ref, S));
        _ ->
            loop(S)
    end.

reply(From, Ref, Reply, S) ->
    From ! {Ref, Reply},
    S.

call({wait, sta}, From, Ref, #net{address = Address} = S) when Address =/= undefined -> reply(From, Ref, {ok, Address}, S);
call({wait, ap}, From, Ref, #net{ap = true} = S) -> reply(From, Ref, ok, S);
call({wait, Kind}, From, Ref, #net{config = Config, waiting = Waiting} = S) ->
    case Config of
        #{Kind := _} -> S#net{waiting = [{From, Ref, Kind} | Waiting]};
        _ -> reply(From, Ref, {error, {not_configured, Kind}}, S)
    end;
call({connect, Options}, From, Ref, S) ->
    connect(Options, From, Ref, S);
call(disconnect, From, Ref, S) ->
    reply(From, Ref, emberl_net:leave(), S);
call({scan, _}, From, Ref, #net{scan = Scan} = S) when Scan =/= undefined ->
    reply(From, Ref, {error, busy}, S);
call({scan, Options}, From, Ref, S) ->
    scan(Options, From, Ref, S);
call(hostname, From, Ref, #net{config = Config} = S) ->
    case Config of
        #{sta := #{dhcp_hostname := Name}} -> reply(From, Ref, {ok, binary_to_list(Name)}, S);
        #{mdns := #{host := Name}} -> reply(From, Ref, {ok, binary_to_list(Name)}, S);
        _ -> reply(From, Ref, {error, none}, S)
    end;
call(_, From, Ref, S) ->
    reply(From, Ref, {error, unknown_request}, S).

%% Nobody waits for that any more.
cancel(Ref, #net{scan = {From, Ref}} = S) ->
    reply(From, Ref, {error, timeout}, S#net{scan = callback, scan_options = #{}});
cancel(Ref, #net{waiting = Waiting} = S) ->
    case lists:keyfind(Ref, 2, Waiting) of
        {From, _, _} = Waiter -> reply(From, Ref, {error, timeout}, S#net{waiting = Waiting -- [Waiter]});
        false -> S
    end.

%% The options of a station, or a configuration with some.
connect(Options, From, Ref, #net{config = Config} = S) ->
    Given =
        case Options of
            [{sta, Section} | _] when is_list(Section) -> Options;
            _ -> [{sta, Options}]
        end,
    case sections(Given) of
        {ok, New} ->
            Before = of_map(sta, Config, #{}),
            Station = maps:merge(Before, of_map(sta, New, #{})),
            All = maps:merge(Config, New#{sta => Station}),
            Where =
                if
                    Station =:= Before, not is_map_key(managed, Before) -> undefined;
                    true -> station_of(Station)
                end,
            Joined =
                try
                    emberl_net:join(Where)
                catch
                    error:badarg -> {error, badarg}
                end,
            services(New),
            reply(From, Ref, Joined, S#net{config = All, quiet = false});
        Error ->
            reply(From, Ref, Error, S)
    end.

scan(Options, From, Ref, #net{config = Config} = S) ->
    Station = of_map(sta, Config, #{}),
    try options(Options, known(scan), #{}) of
        Known ->
            Defaults = #{
                results => of_map(default_scan_results, Station, ?RESULTS),
                show_hidden => of_map(scan_show_hidden, Station, false)
            },
            case emberl_net:scan() of
                ok when is_map_key(scan_done, Station) ->
                    reply(From, Ref, ok, S#net{scan = callback, scan_options = maps:merge(Defaults, Known)});
                ok ->
                    S#net{scan = {From, Ref}, scan_options = maps:merge(Defaults, Known)};
                Error ->
                    reply(From, Ref, Error, S)
            end
    catch
        throw:{option, Reason} -> reply(From, Ref, {error, Reason}, S)
    end.

%% Events.

event(Event, #net{quiet = true} = S) when
    Event =:= up; element(1, Event) =:= down; element(1, Event) =:= address; element(1, Event) =:= address_lost;
    element(1, Event) =:= address6
->
    S;
event(up, S) ->
    tell(sta, connected, none, S);
event({down, Reason, Again}, S) ->
    Told = tell(sta, disconnected, {with, Reason}, S#net{address = undefined}),
    if
        is_integer(Again) -> tell(sta, reconnecting, {with, Again}, Told);
        true -> Told
    end;
event({address, {Address, Prefix, Gateway, _}}, S) ->
    Router =
        case Gateway of
            undefined -> {0, 0, 0, 0};
            _ -> Gateway
        end,
    Info = {Address, netmask(Prefix), Router},
    Told = tell(sta, got_ip, {with, Info}, S#net{address = Info}),
    waited(sta, {ok, Info}, Told);
event({address_lost, Address}, S) ->
    tell(sta, lost_ip, {with, Address}, S#net{address = undefined});
event({address6, Address, Prefix}, S) ->
    tell(sta, got_ip6, {with, {Address, Prefix}}, S);
event({scanned, Networks}, S) ->
    scanned(Networks, S);
event(ap_up, S) ->
    waited(ap, ok, tell(ap, ap_started, none, S#net{ap = true}));
event(ap_down, S) ->
    S#net{ap = false};
event({station_up, Mac}, S) ->
    tell(ap, sta_connected, {with, Mac}, S);
event({station_down, Mac}, S) ->
    tell(ap, sta_disconnected, {with, Mac}, S);
event({station_address, Address}, S) ->
    tell(ap, sta_ip_assigned, {with, Address}, S);
event({time, Seconds, Micros}, S) ->
    tell(sntp, synchronized, {with, {Seconds, Micros}}, S);
event(_, S) ->
    S.

waited(Kind, Reply, #net{waiting = Waiting} = S) ->
    [From ! {Ref, Reply} || {From, Ref, Wanted} <- Waiting, Wanted =:= Kind],
    S#net{waiting = [Waiter || {_, _, Wanted} = Waiter <- Waiting, Wanted =/= Kind]}.

%% A callback runs in a process of its own: it may wait, ask this one, or fail. One without an argument gets none.
tell(Section, Name, Argument, #net{config = Config} = S) ->
    case Config of
        #{Section := #{Name := Callback}} -> told(Callback, Name, Argument);
        _ -> ok
    end,
    S.

told(Pid, Name, none) when is_pid(Pid) -> Pid ! Name;
told(Pid, Name, {_, Argument}) when is_pid(Pid) -> Pid ! {Name, Argument};
told(Callback, _, {_, Argument}) when is_function(Callback, 1) -> spawn(fun() -> Callback(Argument) end);
told(Callback, _, none) when is_function(Callback, 1) -> spawn(fun() -> Callback(undefined) end);
told(Callback, _, _) -> spawn(Callback).

scanned(Networks, #net{scan_options = Options, scan = Scan} = S) ->
    Hidden = of_map(show_hidden, Options, false),
    Shown = [
        #{ssid => Ssid, bssid => Bssid, channel => Channel, rssi => Rssi, authmode => Auth, hidden => Ssid =:= <<>>}
     || {Ssid, Bssid, Channel, Rssi, Auth} <- Networks, Hidden orelse Ssid =/= <<>>
    ],
    Results = {length(Shown), first(of_map(results, Options, ?RESULTS), Shown)},
    Done = S#net{scan = undefined, scan_options = #{}},
    case Scan of
        {From, Ref} ->
            reply(From, Ref, {ok, Results}, Done);
        _ ->
            case S#net.config of
                #{sta := #{scan_done := Pid}} when is_pid(Pid) -> Pid ! {scan_results, Results};
                _ -> tell(sta, scan_done, {with, Results}, S)
            end,
            Done
    end.

first(Count, [Head | Rest]) when Count > 0 -> [Head | first(Count - 1, Rest)];
first(_, _) -> [].
