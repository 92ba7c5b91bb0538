%% Names and services of the local network (RFC 6762, 6763). Owns who is told of services; answering, asking and
%% remembering are the machine's.
-module(mdns).
-export([
    hostname/1, publish/1, unpublish/1, browse/1, browse/2, stop/1, find/2, lookup/1, lookup/2, lookup/3, start_link/1
]).
-export([browser/4, responder/3]).

-type service() :: #{
    name := binary(), host := binary(), port := inet:port_number(), addresses := [inet:ip_address()],
    text := #{binary() => binary()}
}.
-type event() :: {found, service()} | {gone, binary()} | {error, term()}.
-export_type([service/0, event/0]).

%% This machine is `NAME.local` from now on; `undefined` ends it.
-spec hostname(iodata() | atom()) -> ok | {error, term()}.
hostname(undefined) -> emberl_net:hostname(undefined);
hostname(Name) -> emberl_net:hostname(text(Name)).

%% Tells a service: `#{name => "Lamp", type => "_http._tcp", port => 80, text => #{path => "/"}}`. It is taken back when
%% the calling process ends.
-spec publish(#{name := term(), type := term(), port := inet:port_number(), text => map()}) ->
    {ok, integer()} | {error, term()}.
publish(#{name := Name, type := Type, port := Port} = Service) ->
    case binary:split(text(Type), <<".">>) of
        [Kind, Protocol] when Protocol =:= <<"_tcp">>; Protocol =:= <<"_udp">> ->
            Pairs =
                case Service of
                    #{text := Text} -> [{text(Key), text(Value)} || {Key, Value} <- maps:to_list(Text)];
                    _ -> []
                end,
            emberl_net:publish(text(Name), Kind, Protocol, Port, Pairs);
        _ ->
            {error, {bad_type, Type}}
    end.

-spec unpublish(integer()) -> ok | {error, term()}.
unpublish(Service) -> emberl_net:close(Service).

text(Text) when is_integer(Text) -> integer_to_binary(Text);
text(Text) ->
    case emberl_inet:name(Text) of
        Bytes when is_binary(Bytes) -> Bytes;
        error -> error(badarg)
    end.

%% Tells the caller of services of a type (`"_http._tcp"`): `{mdns, Browser, {found, Service}}` and `{mdns, Browser, {gone,
%% Name}}`, until `stop/1` or until the caller ends.
-spec browse(term()) -> {ok, pid()} | {error, term()}.
browse(Type) ->
    Caller = self(),
    browse(Type, fun(Event) -> Caller ! {mdns, self(), Event} end).

%% Calls a function for each event, in the browser's process.
-spec browse(term(), fun((event()) -> term())) -> {ok, pid()} | {error, term()}.
browse(Type, Tell) when is_function(Tell, 1) -> started(browser, [text(Type), Tell]).

%% Ends a browser, or what `start_link/1` has started.
-spec stop(pid()) -> ok.
stop(Pid) ->
    _ = emberl_inet:call(Pid, stop),
    ok.

%% The services of a type that answer in so many milliseconds.
-spec find(term(), timeout()) -> {ok, [service()]} | {error, term()}.
find(Type, Timeout) ->
    case browse(Type) of
        {ok, Pid} ->
            Found = collect(Pid, emberl_inet:deadline(Timeout), #{}),
            stop(Pid),
            drop(Pid),
            {ok, maps:values(Found)};
        Error ->
            Error
    end.

collect(Pid, Deadline, Found) ->
    receive
        {mdns, Pid, {found, #{name := Name} = Service}} -> collect(Pid, Deadline, Found#{Name => Service});
        {mdns, Pid, {gone, Name}} -> collect(Pid, Deadline, maps:remove(Name, Found));
        {mdns, Pid, {error, _}} -> Found
    after emberl_inet:left(Deadline) -> Found
    end.

drop(Pid) ->
    receive
        {mdns, Pid, _} -> drop(Pid)
    after 0 -> ok
    end.

%% The addresses of a host: `"lamp.local"`.
-spec lookup(term()) -> {ok, [inet:ip_address()]} | {error, term()}.
lookup(Host) -> lookup(Host, inet).

-spec lookup(term(), inet | inet6) -> {ok, [inet:ip_address()]} | {error, term()}.
lookup(Host, Family) -> lookup(Host, Family, 5000).

-spec lookup(term(), inet | inet6, timeout()) -> {ok, [inet:ip_address()]} | {error, term()}.
lookup(Host, Family, Timeout) ->
    emberl_inet:addresses(binary_to_list(text(Host)), Family, emberl_inet:deadline(Timeout)).

%% As AtomVM's: the host's name, for as long as the process lives. The interface is the link's.
-spec start_link(#{hostname := term()}) -> {ok, pid()} | {error, term()}.
start_link(#{hostname := Name}) ->
    case started(responder, [text(Name)]) of
        {ok, Pid} = Ok ->
            link(Pid),
            Ok;
        Error ->
            Error
    end.

%% A process that answers when it is there.
started(Function, Arguments) ->
    Ref = make_ref(),
    {Pid, Monitor} = spawn_monitor(?MODULE, Function, [self(), Ref | Arguments]),
    receive
        {Ref, Result} ->
            demonitor(Monitor, [flush]),
            Result;
        {'DOWN', Monitor, process, Pid, Reason} ->
            {error, Reason}
    end.

-spec responder(pid(), reference(), binary()) -> ok.
responder(Starter, Ref, Name) ->
    case emberl_net:hostname(Name) of
        ok ->
            Starter ! {Ref, {ok, self()}},
            receive
                {call, From, Call, stop} ->
                    _ = emberl_net:hostname(undefined),
                    From ! {Call, ok},
                    ok
            end;
        Error ->
            Starter ! {Ref, Error},
            ok
    end.

-spec browser(pid(), reference(), binary(), fun((event()) -> term())) -> ok.
browser(Starter, Ref, Type, Tell) ->
    case emberl_net:browse(Type) of
        {ok, Handle} ->
            Monitor = monitor(process, Starter),
            Starter ! {Ref, {ok, self()}},
            browsing(Handle, Monitor, Tell);
        Error ->
            Starter ! {Ref, Error},
            ok
    end.

browsing(Handle, Monitor, Tell) ->
    case emberl_net:result(Handle) of
        {ok, {found, Name, Host, Port, Addresses, Text}} ->
            Tell({found, #{name => Name, host => Host, port => Port, addresses => Addresses, text => maps:from_list(Text)}}),
            browsing(Handle, Monitor, Tell);
        {ok, {gone, Name, _, _, _, _}} ->
            Tell({gone, Name}),
            browsing(Handle, Monitor, Tell);
        {select, Ref} ->
            receive
                {'$socket', Handle, select, Ref} ->
                    browsing(Handle, Monitor, Tell);
                {'$socket', Handle, abort, {Ref, Reason}} ->
                    Tell({error, Reason}),
                    ok;
                {call, From, Call, stop} ->
                    From ! {Call, ok},
                    ok;
                {'DOWN', Monitor, process, _, _} ->
                    ok
            end;
        {error, Reason} ->
            Tell({error, Reason}),
            ok
    end.
