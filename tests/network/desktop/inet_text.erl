%% pruned: whole
%% Addresses as text, and texts as addresses.
-module(inet_text).
-export([start/0]).

start() ->
    Texts = [
        "1.2.3", "1", "1.2.3.4", "0x7f.1", "::ffff:1.2.3.4", "fe80::1%2", "1:2:3:4:5:6:7::", "1::2::3", " 1.2.3.4",
        "1.2.3.256", "0377.1.1.1", "12345::1", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:8:9", "", "::", "::1", ":1", "1:",
        ":::", "1:::2", "0x", "08", "0", "a", "1.", "1..2", "256", "4294967295", "4294967296", "1.16777215",
        "1.16777216", "1:2:3:4:5:6:7:8", "::1:2:3:4:5:6:7:8", "::2:3:4:5:6:7:8", "%2", "1%2", "::1.2.3",
        "::0x1.2.3.4", "1.2.3.4::", "1:1.2.3.4::", "G::", "ABCD::abcd", "00", "0x10.0X10", "1.2.3.4.5",
        "FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:255.255.255.255", "01.2.3.4", "010.1.1.1"
    ],
    [
        erlang:display({Text, [
            inet:parse_address(Text), inet:parse_strict_address(Text), inet:parse_ipv4_address(Text),
            inet:parse_ipv4strict_address(Text), inet:parse_ipv6_address(Text), inet:parse_ipv6strict_address(Text)
        ]})
     || Text <- Texts
    ],
    Addresses = [
        {1, 2, 3, 4}, {0, 0, 0, 0, 0, 0, 0, 1}, {0, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 65535, 258, 772},
        {16#fe80, 0, 0, 0, 1, 0, 0, 1}, {1, 0, 2, 0, 3, 0, 4, 0}, {0, 0, 0, 0, 0, 0, 258, 772}, {1, 0, 0, 0, 0, 0, 0, 0},
        {16#64, 16#ff9b, 0, 0, 0, 0, 258, 772}, {0, 0, 0, 0, 0, 0, 0, 2}, {0, 1, 0, 0, 0, 0, 0, 0},
        {0, 0, 1, 0, 0, 0, 1, 0}, {16#ABCD, 1, 1, 1, 1, 1, 1, 16#ef}, {0, 0, 0, 0, 0, 65535, 0, 0}, {1, 2}, foo,
        {256, 1, 1, 1}, {-1, 0, 0, 0, 0, 0, 0, 0}
    ],
    [
        erlang:display({Address, inet:ntoa(Address), inet:is_ip_address(Address), inet:is_ipv4_address(Address),
            inet:is_ipv6_address(Address)})
     || Address <- Addresses
    ],
    erlang:display(inet:ipv4_mapped_ipv6_address({1, 2, 3, 4})),
    erlang:display([inet:format_error(Reason) || Reason <- [
        econnrefused, econnreset, einval, nxdomain, eaddrinuse, emfile, enetunreach, ehostunreach,
        etimedout, enotconn, epipe, eacces, emsgsize, eisconn, ebadf, enomem
    ]]),
    ok.
