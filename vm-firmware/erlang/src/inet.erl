%% Addresses, names and options, as OTP's module of this name. Owns the texts of addresses; the options of a socket are
%% its process's.
-module(inet).
-export([
    setopts/2, getopts/2, sockname/1, peername/1, port/1, close/1,
    tcp_controlling_process/2, udp_controlling_process/2, tcp_close/1, udp_close/1,
    getaddr/2, getaddr/3, getaddrs/2, getaddrs/3, gethostbyname/1, gethostbyname/2, gethostbyname/3,
    gethostname/0, getifaddrs/0, getif/0, format_error/1,
    parse_address/1, parse_strict_address/1, parse_ipv4_address/1, parse_ipv4strict_address/1,
    parse_ipv6_address/1, parse_ipv6strict_address/1, ntoa/1,
    is_ipv4_address/1, is_ipv6_address/1, is_ip_address/1, ipv4_mapped_ipv6_address/1
]).

-type ip4_address() :: {0..255, 0..255, 0..255, 0..255}.
-type ip6_address() :: {
    0..65535, 0..65535, 0..65535, 0..65535, 0..65535, 0..65535, 0..65535, 0..65535
}.
-type ip_address() :: ip4_address() | ip6_address().
-type port_number() :: 0..65535.
-type hostname() :: atom() | string().
-type socket_address() :: ip_address() | any | loopback.
-type address_family() :: inet | inet6.
-type posix() :: atom().
-type socket() :: gen_tcp:socket() | gen_udp:socket().
-export_type([
    ip4_address/0, ip6_address/0, ip_address/0, port_number/0, hostname/0, socket_address/0, address_family/0, posix/0, socket/0
]).

%% Sockets.

-spec setopts(socket(), list()) -> ok | {error, posix()}.
setopts(Socket, Options) when is_list(Options) -> ask(Socket, {setopts, Options});
setopts(_, _) -> {error, einval}.

-spec getopts(socket(), [atom()]) -> {ok, list()} | {error, posix()}.
getopts(Socket, Names) when is_list(Names) -> ask(Socket, {getopts, Names});
getopts(_, _) -> {error, einval}.

-spec sockname(socket()) -> {ok, {ip_address(), port_number()}} | {error, posix()}.
sockname(Socket) -> ask(Socket, sockname).

-spec peername(socket()) -> {ok, {ip_address(), port_number()}} | {error, posix()}.
peername(Socket) -> ask(Socket, peername).

-spec port(socket()) -> {ok, port_number()} | {error, posix()}.
port(Socket) ->
    case sockname(Socket) of
        {ok, {_, Port}} -> {ok, Port};
        Error -> Error
    end.

-spec close(socket()) -> ok.
close({'$inet', Module, _} = Socket) -> Module:close(Socket).

-spec tcp_close(socket()) -> ok.
tcp_close(Socket) -> gen_tcp:close(Socket).

-spec udp_close(socket()) -> ok.
udp_close(Socket) -> gen_udp:close(Socket).

-spec tcp_controlling_process(socket(), pid()) -> ok | {error, term()}.
tcp_controlling_process(Socket, New) -> gen_tcp:controlling_process(Socket, New).

-spec udp_controlling_process(socket(), pid()) -> ok | {error, term()}.
udp_controlling_process(Socket, New) -> gen_udp:controlling_process(Socket, New).

%% A socket that is closed has no options.
ask(Socket, Request) ->
    case emberl_inet:call(process(Socket), Request) of
        {error, closed} -> {error, einval};
        Result -> Result
    end.

process({'$inet', gen_tcp, Pid}) -> Pid;
process({'$inet', gen_udp, {Pid, _}}) -> Pid.

%% Names.

-spec getaddr(term(), address_family()) -> {ok, ip_address()} | {error, posix()}.
getaddr(Host, Family) -> getaddr(Host, Family, infinity).

-spec getaddr(term(), address_family(), timeout()) -> {ok, ip_address()} | {error, posix()}.
getaddr(Host, Family, Timeout) ->
    case getaddrs(Host, Family, Timeout) of
        {ok, [Address | _]} -> {ok, Address};
        Error -> Error
    end.

-spec getaddrs(term(), address_family()) -> {ok, [ip_address()]} | {error, posix()}.
getaddrs(Host, Family) -> getaddrs(Host, Family, infinity).

-spec getaddrs(term(), address_family(), timeout()) -> {ok, [ip_address()]} | {error, posix()}.
getaddrs(Host, Family, Timeout) -> emberl_inet:addresses(Host, Family, emberl_inet:deadline(Timeout)).

-spec gethostbyname(hostname()) -> {ok, tuple()} | {error, posix()}.
gethostbyname(Name) -> gethostbyname(Name, inet).

-spec gethostbyname(hostname(), address_family()) -> {ok, tuple()} | {error, posix()}.
gethostbyname(Name, Family) -> gethostbyname(Name, Family, infinity).

%% The record `hostent` of `inet.hrl`.
-spec gethostbyname(hostname(), address_family(), timeout()) -> {ok, tuple()} | {error, posix()}.
gethostbyname(Name, Family, Timeout) when is_list(Name); is_atom(Name) ->
    case getaddrs(Name, Family, Timeout) of
        {ok, [First | _] = Addresses} ->
            Text =
                if
                    is_atom(Name) -> atom_to_list(Name);
                    true -> Name
                end,
            Size =
                case tuple_size(First) of
                    4 -> 4;
                    8 -> 16
                end,
            {ok, {hostent, Text, [], Family, Size, Addresses}};
        Error ->
            Error
    end;
gethostbyname(_, _, _) ->
    {error, einval}.

%% The name that the station tells DHCP and mDNS, if there is one.
-spec gethostname() -> {ok, string()}.
gethostname() ->
    case network:emberl_hostname() of
        undefined -> {ok, "localhost"};
        Name -> {ok, Name}
    end.

%% The station's address, as far as it is known. On a machine with several interfaces, that one which leads outside.
-spec getifaddrs() -> {ok, [{string(), list()}]} | {error, posix()}.
getifaddrs() ->
    case own_address() of
        {ok, Address} -> {ok, [{"sta", [{flags, [up, running]}, {addr, Address}]}]};
        {error, _} -> {ok, []}
    end.

-spec getif() -> {ok, [{ip_address(), undefined, undefined}]} | {error, posix()}.
getif() ->
    case own_address() of
        {ok, Address} -> {ok, [{Address, undefined, undefined}]};
        Error -> Error
    end.

%% Connecting a UDP socket sends nothing, and tells which address would. (192.0.2.1 is nobody's, RFC 5737.)
own_address() ->
    case emberl_net:open(inet, dgram) of
        {ok, Handle} ->
            Result =
                case emberl_net:connect(Handle, {{192, 0, 2, 1}, 9}) of
                    ok ->
                        case emberl_net:sockname(Handle) of
                            {ok, {{0, 0, 0, 0}, _}} -> {error, enetdown};
                            {ok, {Address, _}} -> {ok, Address};
                            Error -> Error
                        end;
                    Error ->
                        Error
                end,
            emberl_net:close(Handle),
            Result;
        Error ->
            Error
    end.

%% OTP's texts of the errors that sockets have here.
-spec format_error(term()) -> string().
format_error(eaddrinuse) -> "address already in use";
format_error(eaddrnotavail) -> "cannot assign requested address";
format_error(eafnosupport) -> "address family not supported by protocol family";
format_error(eacces) -> "permission denied";
format_error(eagain) -> "resource temporarily unavailable";
format_error(ealready) -> "operation already in progress";
format_error(ebadf) -> "bad file number";
format_error(econnaborted) -> "software caused connection abort";
format_error(econnrefused) -> "connection refused";
format_error(econnreset) -> "connection reset by peer";
format_error(edestaddrreq) -> "destination address required";
format_error(ehostdown) -> "host is down";
format_error(ehostunreach) -> "host is unreachable";
format_error(einprogress) -> "operation now in progress";
format_error(einval) -> "invalid argument";
format_error(eisconn) -> "socket is already connected";
format_error(emfile) -> "too many open files";
format_error(emsgsize) -> "message too long";
format_error(enetdown) -> "network is down";
format_error(enetunreach) -> "network is unreachable";
format_error(enobufs) -> "no buffer space available";
format_error(enomem) -> "not enough memory";
format_error(enoprotoopt) -> "bad protocol option";
format_error(enotconn) -> "socket is not connected";
format_error(enotsup) -> "operation not supported";
format_error(eperm) -> "not owner";
format_error(epipe) -> "broken pipe";
format_error(etimedout) -> "connection timed out";
format_error(nxdomain) -> "non-existing domain";
format_error(exbadport) -> "invalid port state";
format_error(exbadseq) -> "bad command sequence";
format_error(system_limit) -> "a system limit was hit, probably not enough ports";
format_error(_) -> "unknown POSIX error".

%% Texts of addresses.

%% Of both versions; an IPv4 address may have fewer parts, and octal or hexadecimal ones.
-spec parse_address(string()) -> {ok, ip_address()} | {error, einval}.
parse_address(Text) -> either(parse_ipv4_address(Text), Text).

-spec parse_strict_address(string()) -> {ok, ip_address()} | {error, einval}.
parse_strict_address(Text) -> either(parse_ipv4strict_address(Text), Text).

either({ok, _} = Ok, _) -> Ok;
either(_, Text) -> parse_ipv6strict_address(Text).

-spec parse_ipv4_address(string()) -> {ok, ip4_address()} | {error, einval}.
parse_ipv4_address(Text) ->
    case numbers(Text, fun c_number/1) of
        {ok, [A]} -> split(A, 32, []);
        {ok, [A, B]} -> split(B, 24, [A]);
        {ok, [A, B, C]} -> split(C, 16, [B, A]);
        {ok, [A, B, C, D]} -> split(D, 8, [C, B, A]);
        _ -> {error, einval}
    end.

-spec parse_ipv4strict_address(string()) -> {ok, ip4_address()} | {error, einval}.
parse_ipv4strict_address(Text) ->
    case numbers(Text, fun decimal/1) of
        {ok, [A, B, C, D]} -> split(D, 8, [C, B, A]);
        _ -> {error, einval}
    end.

%% The last number fills all octets that are left.
split(Last, Bits, Before) ->
    case Last bsr Bits =:= 0 andalso all(Before, 255) of
        true -> {ok, list_to_tuple(lists:reverse(Before, binary_to_list(<<Last:Bits>>)))};
        false -> {error, einval}
    end.

%% The numbers between dots.
numbers(Text, Read) ->
    case parts(Text, $., [], []) of
        error ->
            error;
        Parts ->
            try
                {ok, [Read(Part) || Part <- Parts]}
            catch
                throw:error -> error
            end
    end.

parts([Separator | Rest], Separator, Part, Parts) -> parts(Rest, Separator, [], [lists:reverse(Part) | Parts]);
parts([Char | Rest], Separator, Part, Parts) when is_integer(Char), length(Part) < 16, length(Parts) < 9 ->
    parts(Rest, Separator, [Char | Part], Parts);
parts([], _, Part, Parts) -> lists:reverse(Parts, [lists:reverse(Part)]);
parts(_, _, _, _) -> error.

decimal([$0, _ | _]) -> throw(error);
decimal(Digits) -> number(Digits, 10).

%% In one of the three notations of C.
c_number([$0, X | Digits]) when X =:= $x; X =:= $X -> number(Digits, 16);
c_number([$0 | Digits]) when Digits =/= [] -> number(Digits, 8);
c_number(Digits) -> number(Digits, 10).

number([_ | _] = Digits, Base) -> number(Digits, Base, 0);
number([], _) -> throw(error).

number([Digit | Digits], Base, Sum) -> number(Digits, Base, Sum * Base + digit(Digit, Base));
number([], _, Sum) -> Sum.

digit(Digit, Base) ->
    Value =
        if
            Digit >= $0, Digit =< $9 -> Digit - $0;
            Digit >= $a, Digit =< $f -> Digit - $a + 10;
            Digit >= $A, Digit =< $F -> Digit - $A + 10;
            true -> Base
        end,
    if
        Value < Base -> Value;
        true -> throw(error)
    end.

%% Also the text of an IPv4 address, which becomes a mapped one.
-spec parse_ipv6_address(string()) -> {ok, ip6_address()} | {error, einval}.
parse_ipv6_address(Text) ->
    case parse_ipv4_address(Text) of
        {ok, Address} -> {ok, ipv4_mapped_ipv6_address(Address)};
        _ -> parse_ipv6strict_address(Text)
    end.

-spec parse_ipv6strict_address(string()) -> {ok, ip6_address()} | {error, einval}.
parse_ipv6strict_address(Text) ->
    try
        {ok, list_to_tuple(words(halves(without_scope(Text))))}
    catch
        throw:error -> {error, einval}
    end.

%% `fe80::1%eth0`: there is one interface, so that its name says nothing.
without_scope(Text) -> without_scope(Text, []).

without_scope([$% | _], [_ | _] = Address) -> lists:reverse(Address);
without_scope([Char | Rest], Address) when is_integer(Char), Char =/= $% -> without_scope(Rest, [Char | Address]);
without_scope([], Address) -> lists:reverse(Address);
without_scope(_, _) -> throw(error).

%% What stands before and after `::`.
halves(Text) -> halves(Text, []).

halves([$:, $: | Rest], Before) -> {lists:reverse(Before), Rest};
halves([Char | Rest], Before) -> halves(Rest, [Char | Before]);
halves([], Before) -> lists:reverse(Before).

words({Before, After}) ->
    {First, Last} = {group(Before, false), group(After, true)},
    case 8 - length(First) - length(Last) of
        Zeros when Zeros > 0 -> First ++ binary_to_list(<<0:Zeros/unit:8>>) ++ Last;
        _ -> throw(error)
    end;
words(All) ->
    case group(All, true) of
        Words when length(Words) =:= 8 -> Words;
        _ -> throw(error)
    end.

%% The words between colons; at the end of an address the last two may be an IPv4 address.
group([], _) ->
    [];
group(Text, AtEnd) ->
    case parts(Text, $:, [], []) of
        error -> throw(error);
        Parts -> group(Parts, [], AtEnd)
    end.

group([Part], Words, AtEnd) ->
    case lists:member($., Part) of
        true when AtEnd ->
            case parse_ipv4strict_address(Part) of
                {ok, {A, B, C, D}} -> lists:reverse(Words, [A bsl 8 bor B, C bsl 8 bor D]);
                _ -> throw(error)
            end;
        _ ->
            lists:reverse(Words, [word(Part)])
    end;
group([Part | Parts], Words, AtEnd) ->
    group(Parts, [word(Part) | Words], AtEnd).

word(Digits) when length(Digits) < 5 -> number(Digits, 16);
word(_) -> throw(error).

-spec ntoa(ip_address()) -> string() | {error, einval}.
ntoa({A, B, C, D} = Address) ->
    case is_ipv4_address(Address) of
        true -> tl([Char || Part <- [A, B, C, D], Char <- [$. | integer_to_list(Part)]]);
        false -> {error, einval}
    end;
ntoa(Address) ->
    case is_ipv6_address(Address) of
        true -> ntoa6(Address);
        false -> {error, einval}
    end.

ntoa6({0, 0, 0, 0, 0, 16#ffff, A, B}) ->
    "::ffff:" ++ ntoa4(A, B);
ntoa6({0, 0, 0, 0, 0, 0, A, B}) when A =/= 0; B > 1 ->
    "::" ++ ntoa4(A, B);
ntoa6(Address) ->
    Words = tuple_to_list(Address),
    case longest(Words, 0, {1, 0}) of
        {1, _} -> hex(Words);
        {Length, At} ->
            {Before, After} = {
                [Word || {Place, Word} <- places(Words, 0), Place < At],
                [Word || {Place, Word} <- places(Words, 0), Place >= At + Length]
            },
            hex(Before) ++ "::" ++ hex(After)
    end.

places([Word | Words], Place) -> [{Place, Word} | places(Words, Place + 1)];
places([], _) -> [].

ntoa4(High, Low) -> ntoa({High bsr 8, High band 255, Low bsr 8, Low band 255}).

%% The first of the longest runs of zeros, at least two: how long, and where.
longest([0 | _] = Words, At, {Most, _} = Best) ->
    {Length, Rest} = zeros(Words, 0),
    longest(Rest, At + Length, if Length > Most -> {Length, At}; true -> Best end);
longest([_ | Rest], At, Best) -> longest(Rest, At + 1, Best);
longest([], _, Best) -> Best.

zeros([0 | Rest], Count) -> zeros(Rest, Count + 1);
zeros(Rest, Count) -> {Count, Rest}.

hex([]) -> [];
hex(Words) -> tl([Char || Word <- Words, Char <- [$: | lower(integer_to_list(Word, 16))]]).

lower(Digits) -> [if Digit >= $A -> Digit + 32; true -> Digit end || Digit <- Digits].

-spec is_ipv4_address(term()) -> boolean().
is_ipv4_address({A, B, C, D}) -> all([A, B, C, D], 255);
is_ipv4_address(_) -> false.

-spec is_ipv6_address(term()) -> boolean().
is_ipv6_address(Address) when tuple_size(Address) =:= 8 -> all(tuple_to_list(Address), 65535);
is_ipv6_address(_) -> false.

all(Parts, Most) -> [] =:= [Part || Part <- Parts, not (is_integer(Part) andalso Part >= 0 andalso Part =< Most)].

-spec is_ip_address(term()) -> boolean().
is_ip_address(Address) -> is_ipv4_address(Address) orelse is_ipv6_address(Address).

-spec ipv4_mapped_ipv6_address(ip_address()) -> ip_address().
ipv4_mapped_ipv6_address({A, B, C, D}) -> {0, 0, 0, 0, 0, 16#ffff, A bsl 8 bor B, C bsl 8 bor D};
ipv4_mapped_ipv6_address({_, _, _, _, _, _, A, B}) -> {A bsr 8, A band 255, B bsr 8, B band 255}.
