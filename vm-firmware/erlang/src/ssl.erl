%% TLS, as OTP's module of this name. Owns the options and what they make of certificates and keys; a connection is the
%% process of its TCP socket (`emberl_stream`), which sends and reads through TLS from the handshake on. A socket is
%% `{sslsocket, tls, Pid}`.
-module(ssl).
-export([
    start/0, start/1, stop/0, listen/2, transport_accept/1, transport_accept/2, handshake/1, handshake/2, handshake/3,
    connect/2, connect/3, connect/4, send/2, recv/2, recv/3, close/1, close/2, shutdown/2, controlling_process/2,
    setopts/2, getopts/2, peername/1, sockname/1, peercert/1, connection_information/1, connection_information/2,
    negotiated_protocol/1, versions/0, format_error/1
]).

-define(SOCKET(Pid), {sslsocket, tls, Pid}).
-define(IS_TIMEOUT(T), (T =:= infinity orelse (is_integer(T) andalso T >= 0))).

-type socket() :: {sslsocket, tls, pid()}.
-export_type([socket/0]).

%% There is nothing to be started.
-spec start() -> ok.
start() -> ok.

-spec start(term()) -> ok.
start(_) -> ok.

-spec stop() -> ok.
stop() -> ok.

%% Servers.

-spec listen(inet:port_number(), list()) -> {ok, socket()} | {error, term()}.
listen(Port, Options) ->
    case split(Options) of
        {ok, Tls, Rest} ->
            case context(server, Tls) of
                {ok, Context} ->
                    case gen_tcp:listen(Port, Rest) of
                        {ok, {'$inet', gen_tcp, Pid}} ->
                            _ = emberl_net:own(Context, Pid),
                            ok = emberl_inet:call(Pid, {tls, Context}),
                            {ok, ?SOCKET(Pid)};
                        Error ->
                            emberl_net:close(Context),
                            Error
                    end;
                Error ->
                    Error
            end;
        Error ->
            Error
    end.

-spec transport_accept(socket()) -> {ok, socket()} | {error, term()}.
transport_accept(Socket) -> transport_accept(Socket, infinity).

-spec transport_accept(socket(), timeout()) -> {ok, socket()} | {error, term()}.
transport_accept(?SOCKET(Pid), Timeout) when ?IS_TIMEOUT(Timeout) -> emberl_inet:call(Pid, accept, Timeout).

-spec handshake(socket()) -> {ok, socket()} | {error, term()}.
handshake(Socket) -> handshake(Socket, infinity).

%% With a timeout; or with options of TLS, for a TCP socket that was accepted.
-spec handshake(socket() | gen_tcp:socket(), timeout() | list()) -> {ok, socket()} | {error, term()}.
handshake(Socket, Timeout) when ?IS_TIMEOUT(Timeout) -> handshake(Socket, [], Timeout);
handshake(Socket, Options) -> handshake(Socket, Options, infinity).

%% A peer that has not done its part in that time is dropped.
-spec handshake(socket() | gen_tcp:socket(), list(), timeout()) -> {ok, socket()} | {error, term()}.
handshake(?SOCKET(Pid), Options, Timeout) when ?IS_TIMEOUT(Timeout) ->
    case {emberl_inet:call(Pid, tls), split(Options)} of
        {{ok, {Active, Context}}, {ok, [], Rest}} ->
            emberl_inet:call(Pid, {secure, Context, undefined, [{active, Active} | Rest]}, Timeout);
        {{ok, {Active, _}}, {ok, Tls, Rest}} ->
            upgrade(Pid, server, Tls, undefined, [{active, Active} | Rest], Timeout);
        {{ok, _}, {ok, _, _}} ->
            {error, einval};
        {{ok, _}, Error} ->
            Error;
        {Error, _} ->
            Error
    end;
handshake({'$inet', gen_tcp, Pid}, Options, Timeout) when ?IS_TIMEOUT(Timeout) ->
    case split(Options) of
        {ok, Tls, Rest} -> upgrade(Pid, server, Tls, undefined, Rest, Timeout);
        Error -> Error
    end.

upgrade(Pid, Role, Tls, Name, Rest, Timeout) ->
    case context(Role, Tls) of
        {ok, Context} -> secured(Pid, Context, Name, Rest, Timeout);
        Error -> Error
    end.

%% The session has its own hold on the context.
secured(Pid, Context, Name, Options, Timeout) ->
    Result = emberl_inet:call(Pid, {secure, Context, Name, Options}, Timeout),
    emberl_net:close(Context),
    Result.

%% Clients.

%% TLS on a TCP socket that is connected, and passive.
-spec connect(gen_tcp:socket(), list()) -> {ok, socket()} | {error, term()}.
connect(Socket, Options) -> connect(Socket, Options, infinity).

-spec connect(gen_tcp:socket() | term(), list() | inet:port_number(), timeout() | list()) ->
    {ok, socket()} | {error, term()}.
connect({'$inet', gen_tcp, Pid}, Options, Timeout) when is_list(Options), ?IS_TIMEOUT(Timeout) ->
    case split(Options) of
        {ok, Tls, Rest} ->
            case server_name(undefined, Tls) of
                {ok, Name} -> upgrade(Pid, client, Tls, Name, Rest, Timeout);
                Error -> Error
            end;
        Error ->
            Error
    end;
connect(Host, Port, Options) ->
    connect(Host, Port, Options, infinity).

-spec connect(term(), inet:port_number(), list(), timeout()) -> {ok, socket()} | {error, term()}.
connect(Host, Port, Options, Timeout) when ?IS_TIMEOUT(Timeout) ->
    Deadline = emberl_inet:deadline(Timeout),
    case split(Options) of
        {ok, Tls, Rest} ->
            case server_name(Host, Tls) of
                {ok, Name} ->
                    case context(client, Tls) of
                        {ok, Context} -> connect(Host, Port, Rest, Deadline, Context, Name);
                        Error -> Error
                    end;
                Error ->
                    Error
            end;
        Error ->
            Error
    end.

%% Nothing is delivered before the handshake.
connect(Host, Port, Options, Deadline, Context, Name) ->
    Actives = [Option || {active, _} = Option <- Options],
    Later =
        case Actives of
            [] -> [{active, true}];
            _ -> Actives
        end,
    case gen_tcp:connect(Host, Port, [Option || Option <- Options, not lists:member(Option, Actives)] ++ [{active, false}], emberl_inet:left(Deadline)) of
        {ok, {'$inet', gen_tcp, Pid}} ->
            secured(Pid, Context, Name, Later, emberl_inet:left(Deadline));
        Error ->
            emberl_net:close(Context),
            Error
    end.

%% The name that the server must have: that of the option, or the host as it was given.
server_name(Host, Tls) ->
    case Tls of
        [{server_name_indication, disable} | _] -> {ok, undefined};
        [{server_name_indication, Name} | _] -> given_name(Name);
        [_ | Rest] -> server_name(Host, Rest);
        [] -> given_name(Host)
    end.

given_name(undefined) ->
    {ok, undefined};
given_name(Address) when is_tuple(Address) ->
    case inet:ntoa(Address) of
        {error, _} -> {ok, undefined};
        Text -> {ok, list_to_binary(Text)}
    end;
given_name(Name) ->
    case emberl_inet:name(Name) of
        Bytes when is_binary(Bytes) -> {ok, Bytes};
        error -> wrong({server_name_indication, Name})
    end.

%% Connections.

-spec send(socket(), iodata()) -> ok | {error, term()}.
send(?SOCKET(Pid), Data) -> gen_tcp:send({'$inet', gen_tcp, Pid}, Data).

-spec recv(socket(), non_neg_integer()) -> {ok, term()} | {error, term()}.
recv(Socket, Length) -> recv(Socket, Length, infinity).

-spec recv(socket(), non_neg_integer(), timeout()) -> {ok, term()} | {error, term()}.
recv(?SOCKET(Pid), Length, Timeout) -> gen_tcp:recv({'$inet', gen_tcp, Pid}, Length, Timeout).

-spec close(socket()) -> ok.
close(?SOCKET(Pid)) -> gen_tcp:close({'$inet', gen_tcp, Pid}).

-spec close(socket(), timeout()) -> ok.
close(Socket, _) -> close(Socket).

-spec shutdown(socket(), read | write | read_write) -> ok | {error, term()}.
shutdown(?SOCKET(Pid), How) -> gen_tcp:shutdown({'$inet', gen_tcp, Pid}, How).

-spec controlling_process(socket(), pid()) -> ok | {error, term()}.
controlling_process(?SOCKET(Pid) = Socket, New) when is_pid(New) -> emberl_inet:give(Pid, Socket, New).

-spec setopts(socket(), list()) -> ok | {error, term()}.
setopts(?SOCKET(Pid), Options) -> inet:setopts({'$inet', gen_tcp, Pid}, Options).

-spec getopts(socket(), [atom()]) -> {ok, list()} | {error, term()}.
getopts(?SOCKET(Pid), Names) -> inet:getopts({'$inet', gen_tcp, Pid}, Names).

-spec peername(socket()) -> {ok, {tuple(), inet:port_number()}} | {error, term()}.
peername(?SOCKET(Pid)) -> inet:peername({'$inet', gen_tcp, Pid}).

-spec sockname(socket()) -> {ok, {tuple(), inet:port_number()}} | {error, term()}.
sockname(?SOCKET(Pid)) -> inet:sockname({'$inet', gen_tcp, Pid}).

%% What was agreed on.
agreed(Pid) ->
    case emberl_inet:call(Pid, tls) of
        {ok, {_, _, _, _} = Agreed} -> Agreed;
        {ok, _} -> {error, enotconn};
        Error -> Error
    end.

-spec peercert(socket()) -> {ok, binary()} | {error, term()}.
peercert(?SOCKET(Pid)) ->
    case agreed(Pid) of
        {_, _, _, undefined} -> {error, no_peercert};
        {_, _, _, Der} -> {ok, Der};
        Error -> Error
    end.

-spec negotiated_protocol(socket()) -> {ok, binary()} | {error, term()}.
negotiated_protocol(?SOCKET(Pid)) ->
    case agreed(Pid) of
        {_, _, undefined, _} -> {error, protocol_not_negotiated};
        {_, _, Protocol, _} -> {ok, Protocol};
        Error -> Error
    end.

%% The suite is told by its name in IANA's registry.
-spec connection_information(socket()) -> {ok, list()} | {error, term()}.
connection_information(?SOCKET(Pid)) ->
    case agreed(Pid) of
        {Version, Suite, _, _} ->
            {ok, [{protocol, Version} | [{selected_cipher_suite, binary_to_list(Suite)} || Suite =/= undefined]]};
        Error ->
            Error
    end.

-spec connection_information(socket(), [atom()]) -> {ok, list()} | {error, term()}.
connection_information(Socket, Names) ->
    case connection_information(Socket) of
        {ok, All} -> {ok, [Item || {Name, _} = Item <- All, lists:member(Name, Names)]};
        Error -> Error
    end.

-spec versions() -> [{atom(), term()}].
versions() ->
    Both = ['tlsv1.3', 'tlsv1.2'],
    [{ssl_app, "emberl"}, {supported, Both}, {available, Both}, {implemented, Both}].

-spec format_error(term()) -> string().
format_error({error, Reason}) -> format_error(Reason);
format_error({tls_alert, {_, Text}}) -> Text;
format_error({options, incompatible, _}) -> "Options that do not go together";
format_error({options, _}) -> "Invalid option";
format_error(closed) -> "TLS connection is closed";
format_error(Reason) when is_atom(Reason) -> inet:format_error(Reason);
format_error(_) -> "Unexpected error".

%% Options.

wrong(What) -> {error, {options, What}}.

%% Those of TLS, and those of the socket.
split(Options) when is_list(Options) -> split(Options, [], []);
split(Options) -> wrong(Options).

split([{Name, _} = Option | Rest], Tls, Others) ->
    case meaning(Name) of
        ours -> split(Rest, [Option | Tls], Others);
        %% It would change who is let in.
        refused -> wrong({not_supported, Name});
        none -> split(Rest, Tls, Others);
        socket -> split(Rest, Tls, [Option | Others])
    end;
split([Option | Rest], Tls, Others) when
    Option =:= binary; Option =:= list; Option =:= inet; Option =:= inet6
->
    split(Rest, Tls, [Option | Others]);
split([], Tls, Others) ->
    {ok, Tls, lists:reverse(Others)};
split([Option | _], _, _) ->
    wrong({option_not_a_key_value_tuple, Option});
split(Options, _, _) ->
    wrong(Options).

meaning(Name) ->
    Ours = [
        verify, cacerts, cacertfile, cert, certfile, key, keyfile, certs_keys, server_name_indication,
        fail_if_no_peer_cert, versions, alpn_advertised_protocols, alpn_preferred_protocols
    ],
    Refused = [
        verify_fun, partial_chain, crl_check, crl_cache, stapling, password, psk_identity, user_lookup_fun,
        srp_identity, sni_hosts, sni_fun, handshake, protocol
    ],
    %% What the machine decides by itself: suites, sessions, how host names are compared.
    None = [
        depth, customize_hostname_check, ciphers, eccs, supported_groups, signature_algs, signature_algs_cert,
        honor_cipher_order, honor_ecc_order, secure_renegotiate, client_renegotiation, reuse_session, reuse_sessions,
        session_tickets, anti_replay, use_ticket, hibernate_after, log_level, log_alert, keep_secrets, beast_mitigation,
        padding_check, max_handshake_size, max_fragment_length, key_update_at, middlebox_comp_mode, early_data, cookie,
        certificate_authorities, dh, dhfile, next_protocols_advertised, client_preferred_next_protocols,
        receiver_spawn_opts, sender_spawn_opts
    ],
    case {lists:member(Name, Ours), lists:member(Name, Refused), lists:member(Name, None)} of
        {true, _, _} -> ours;
        {_, true, _} -> refused;
        {_, _, true} -> none;
        _ -> socket
    end.

%% The machine's context, of options in the reverse order: the last of a name counts.
context(Role, Tls) ->
    try emberl_net:context(described(Role, maps:from_list(lists:reverse(Tls)))) of
        {ok, _} = Ok -> Ok;
        {error, einval} -> wrong({certs_keys, not_understood});
        Error -> Error
    catch
        throw:{incompatible, What} -> {error, {options, incompatible, What}};
        throw:{option, What} -> wrong(What);
        error:badarg -> wrong(badarg)
    end.

described(Role, Options) ->
    {Certificates, Key} = identity(Options),
    Certificates =:= [] andalso Role =:= server andalso throw({incompatible, [{certs_keys, undefined}]}),
    Authorities = authorities(Options),
    {
        Role,
        verify(Role, Options, Authorities),
        Certificates,
        Key,
        Authorities,
        versions(Options),
        protocols(Options)
    }.

%% A client verifies unless it is told not to (as since OTP 26).
verify(client, #{verify := verify_none}, _) -> none;
verify(server, #{verify := verify_none}, _) -> none;
verify(server, Options, _) when not is_map_key(verify, Options) -> none;
verify(_, #{verify := Verify}, _) when Verify =/= verify_peer -> throw({option, {verify, Verify}});
verify(_, _, []) -> throw({incompatible, [{verify, verify_peer}, {cacerts, undefined}]});
verify(client, _, _) -> required;
verify(server, #{fail_if_no_peer_cert := true}, _) -> required;
verify(server, _, _) -> shown.

%% The own certificates, the first one's key.
identity(#{certs_keys := [First | _]}) when is_map(First) -> identity(First);
identity(#{certs_keys := Other}) -> throw({option, {certs_keys, Other}});
identity(Options) ->
    Certificates =
        case Options of
            #{cert := Der} when is_binary(Der) -> [Der];
            #{cert := [_ | _] = Ders} -> Ders;
            #{cert := Other} -> throw({option, {cert, Other}});
            #{certfile := File} -> from_file(certfile, File);
            _ -> []
        end,
    Key =
        case Options of
            #{key := {_, Der1}} when is_binary(Der1) -> Der1;
            #{key := Wrong} -> throw({option, {key, if is_tuple(Wrong) -> element(1, Wrong); true -> not_der end}});
            #{keyfile := KeyFile} -> key_of(keyfile, KeyFile);
            %% A file may hold both.
            #{certfile := Both} when not is_map_key(cert, Options) -> key_of(certfile, Both);
            _ -> undefined
        end,
    {Certificates, Key}.

authorities(#{cacerts := Given}) when is_list(Given) ->
    [
        case Certificate of
            Der when is_binary(Der) -> Der;
            %% As `public_key:cacerts_get/0` has them.
            {cert, Der, _} -> Der;
            _ -> throw({option, {cacerts, Certificate}})
        end
     || Certificate <- Given
    ];
authorities(#{cacertfile := File}) when File =/= <<>>, File =/= [] -> from_file(cacertfile, File);
authorities(_) -> [].

from_file(Option, File) ->
    case emberl_pem:certificates(contents(Option, File)) of
        [] -> throw({option, {Option, File, no_certificate}});
        Ders -> Ders
    end.

key_of(Option, File) ->
    case emberl_pem:key(contents(Option, File)) of
        {ok, Der} -> Der;
        {error, Reason} -> throw({option, {Option, File, Reason}})
    end.

%% Of a file, or of a plain file of a pack.
contents(Option, File) ->
    case prim_file:read_file(File) of
        {ok, Text} -> Text;
        {error, Reason} -> throw({option, {Option, File, {error, Reason}}})
    end.

versions(#{versions := Versions}) ->
    case {lists:member('tlsv1.2', Versions), lists:member('tlsv1.3', Versions)} of
        {true, true} -> {'tlsv1.2', 'tlsv1.3'};
        {true, false} -> {'tlsv1.2', 'tlsv1.2'};
        {false, true} -> {'tlsv1.3', 'tlsv1.3'};
        _ -> throw({option, {versions, Versions}})
    end;
versions(_) ->
    {'tlsv1.2', 'tlsv1.3'}.

protocols(#{alpn_advertised_protocols := Protocols}) when is_list(Protocols) -> Protocols;
protocols(#{alpn_preferred_protocols := Protocols}) when is_list(Protocols) -> Protocols;
protocols(_) -> [].
