//! TCP, UDP, multicast and lookups.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use emberl_vm::net::{Answer, Direction, Event, Family, Kind, OptionName, Request, Shutdown, SocketOption};

use crate::Machine;
use crate::machine::{families, loopback, posix};

#[test]
fn streams_echo() {
    for family in families() {
        let mut machine = Machine::new();
        let (client, server) = machine.pair(family);
        assert_eq!(machine.ask(Request::Receive(server, 100)), Ok(Answer::Wait(Direction::Read)));
        machine.send_all(client, b"hello");
        assert_eq!(machine.receive(server, 5), b"hello");
        machine.send_all(server, b"hello yourself");
        // As much as is wanted, and the rest later.
        assert_eq!(machine.get(Request::Receive(client, 5)), Ok(Answer::Bytes(b"hello".to_vec())));
        assert_eq!(machine.receive(client, 9), b" yourself");
        assert_eq!(machine.ask(Request::Send(client, b"")), Ok(Answer::Count(0)));
        machine.done(Request::Close(client));
        assert_eq!(machine.get(Request::Receive(server, 100)), Ok(Answer::End));
        machine.done(Request::Close(server));
        assert_eq!(machine.used("sockets"), 0);
        assert_eq!(machine.ask(Request::Close(server)), posix("closed"));
        assert_eq!(machine.ask(Request::Receive(server, 1)), posix("closed"));
    }
}

#[test]
fn datagrams_echo() {
    for family in families() {
        let mut machine = Machine::new();
        let (a, a_address) = machine.bound(family, Kind::Datagram);
        let (b, b_address) = machine.bound(family, Kind::Datagram);
        assert_eq!(machine.ask(Request::ReceiveFrom(b, 100)), Ok(Answer::Wait(Direction::Read)));
        for bytes in [&b"hello"[..], b"", b"longer"] {
            assert_eq!(machine.get(Request::SendTo(a, bytes, b_address)), Ok(Answer::Count(bytes.len())));
            let datagram = Answer::Datagram(bytes[..bytes.len().min(5)].to_vec(), a_address);
            // What is longer than wanted is cut, and gone.
            assert_eq!(machine.get(Request::ReceiveFrom(b, 5)), Ok(datagram));
        }
        assert_eq!(machine.ask(Request::ReceiveFrom(b, 5)), Ok(Answer::Wait(Direction::Read)));
        machine.done(Request::Connect(b, a_address));
        assert_eq!(machine.ask(Request::Peer(b)), Ok(Answer::Address(a_address)));
        assert_eq!(machine.get(Request::Send(b, b"one peer")), Ok(Answer::Count(8)));
        assert_eq!(machine.get(Request::Receive(a, 99)), Ok(Answer::Datagram(b"one peer".to_vec(), b_address)));
        let long = vec![7; 65_536];
        assert_eq!(machine.ask(Request::SendTo(a, &long, b_address)), posix("emsgsize"));
        assert_eq!(machine.ask(Request::Accept(a)), posix("einval"));
        assert_eq!(machine.ask(Request::Peer(a)), posix("enotconn"));
    }
}

#[test]
fn what_cannot_be_is_named() {
    let mut machine = Machine::new();
    let (listener, address) = machine.listener(Family::Inet);
    let second = machine.open(Family::Inet, Kind::Stream);
    assert_eq!(machine.ask(Request::Bind(second, address)), posix("eaddrinuse"));
    let nobodys: SocketAddr = (Ipv4Addr::new(198, 51, 100, 1), 0).into();
    assert_eq!(machine.ask(Request::Bind(second, nobodys)), posix("eaddrnotavail"));
    assert_eq!(machine.ask(Request::Bind(second, (Ipv6Addr::LOCALHOST, 0).into())), posix("eafnosupport"));
    assert_eq!(machine.ask(Request::Receive(second, 1)), posix("enotconn"));
    assert_eq!(machine.ask(Request::Send(second, b"x")), posix("enotconn"));
    assert_eq!(machine.ask(Request::Shutdown(second, Shutdown::Write)), posix("enotconn"));
    assert_eq!(machine.ask(Request::Peer(second)), posix("enotconn"));
    assert_eq!(machine.ask(Request::Accept(second)), posix("einval"));
    assert_eq!(machine.ask(Request::Handshake(second)), posix("enotconn"));
    assert_eq!(machine.ask(Request::Secure(second, listener, None)), posix("einval"));
    machine.done(Request::Close(listener));
    // Nobody listens there any more.
    assert_eq!(machine.get(Request::Connect(second, address)), posix("econnrefused"));
    // Another attempt may have more luck.
    let (listener, address) = machine.listener(Family::Inet);
    machine.done(Request::Connect(second, address));
    assert_eq!(machine.ask(Request::Connect(second, address)), posix("eisconn"));
    let (server, _) = machine.accept(listener);
    // A reset.
    machine.done(Request::Set(server, SocketOption::Linger(Some(0))));
    machine.done(Request::Close(server));
    assert_eq!(machine.get(Request::Receive(second, 1)), posix("econnreset"));
}

#[test]
fn a_slow_reader_holds_the_sender() {
    let mut machine = Machine::new();
    let (client, server) = machine.pair(Family::Inet);
    let bytes: Vec<u8> = (0..8_000_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
    let (mut sent, mut got) = (0, Vec::new());
    let mut held = 0;
    while got.len() < bytes.len() {
        while sent < bytes.len() {
            let end = bytes.len().min(sent + 65_536);
            match machine.ask(Request::Send(client, &bytes[sent..end])) {
                Ok(Answer::Count(count)) => sent += count,
                Ok(Answer::Wait(Direction::Write)) => {
                    held += 1;
                    break;
                }
                other => panic!("{other:?}"),
            }
        }
        // Nothing moves while nobody reads: the sender is not told that there is room.
        if held == 1 {
            machine.rest(5_000_000);
            assert_eq!(machine.waits(), 1);
        }
        if let Ok(Answer::Bytes(more)) = machine.get(Request::Receive(server, 40_000)) {
            got.extend(more);
        }
        machine.poll();
    }
    assert!(held > 1, "{held}");
    assert!(got == bytes);
}

#[test]
fn a_half_is_closed() {
    for family in families() {
        let mut machine = Machine::new();
        let (client, server) = machine.pair(family);
        machine.send_all(client, b"question");
        machine.done(Request::Shutdown(client, Shutdown::Write));
        assert_eq!(machine.receive(server, 8), b"question");
        assert_eq!(machine.get(Request::Receive(server, 8)), Ok(Answer::End));
        assert_eq!(machine.get(Request::Receive(server, 8)), Ok(Answer::End));
        machine.send_all(server, b"answer");
        assert_eq!(machine.receive(client, 6), b"answer");
        assert_eq!(machine.get(Request::Send(client, b"more")), posix("epipe"));
        // A reader that waits is told of the end that its own side makes.
        assert_eq!(machine.ask(Request::Receive(client, 1)), Ok(Answer::Wait(Direction::Read)));
        machine.done(Request::Shutdown(client, Shutdown::Read));
        assert_eq!(machine.get(Request::Receive(client, 1)), Ok(Answer::End));
    }
}

#[test]
fn options_are_kept() {
    for family in families() {
        let mut machine = Machine::new();
        let stream = machine.open(family, Kind::Stream);
        let datagrams = machine.open(family, Kind::Datagram);
        for (socket, name, option) in [
            (stream, OptionName::NoDelay, SocketOption::NoDelay(true)),
            (stream, OptionName::KeepAlive, SocketOption::KeepAlive(true)),
            (stream, OptionName::ReuseAddress, SocketOption::ReuseAddress(true)),
            (stream, OptionName::Linger, SocketOption::Linger(Some(3000))),
            (stream, OptionName::Linger, SocketOption::Linger(None)),
            (stream, OptionName::TimeToLive, SocketOption::TimeToLive(33)),
            (datagrams, OptionName::Broadcast, SocketOption::Broadcast(true)),
            (datagrams, OptionName::MulticastTimeToLive, SocketOption::MulticastTimeToLive(7)),
            (datagrams, OptionName::MulticastLoop, SocketOption::MulticastLoop(false)),
        ] {
            machine.done(Request::Set(socket, option));
            assert_eq!(machine.ask(Request::Get(socket, name)), Ok(Answer::Option(option)));
        }
        machine.done(Request::Set(stream, SocketOption::ReceiveBuffer(100_000)));
        match machine.ask(Request::Get(stream, OptionName::ReceiveBuffer)) {
            Ok(Answer::Option(SocketOption::ReceiveBuffer(bytes))) => assert!(bytes >= 100_000, "{bytes}"),
            other => panic!("{other:?}"),
        }
        let group = SocketOption::Join(loopback(family), loopback(family));
        machine.ask(Request::Set(datagrams, group)).unwrap_err();
        if family == Family::Inet6 {
            machine.done(Request::Set(stream, SocketOption::V6Only(true)));
            let only = Ok(Answer::Option(SocketOption::V6Only(true)));
            assert_eq!(machine.ask(Request::Get(stream, OptionName::V6Only)), only);
        }
    }
}

#[test]
fn a_group_hears() {
    let mut machine = Machine::new();
    let (group, own) = (Ipv4Addr::new(239, 255, 83, 21), IpAddr::from(Ipv4Addr::LOCALHOST));
    let hearer = machine.open(Family::Inet, Kind::Datagram);
    machine.done(Request::Set(hearer, SocketOption::ReuseAddress(true)));
    machine.done(Request::Bind(hearer, (Ipv4Addr::UNSPECIFIED, 0).into()));
    let port = machine.local(hearer).port();
    machine.done(Request::Set(hearer, SocketOption::Join(group.into(), own)));
    // Bound to the loopback interface, it sends there.
    let (teller, address) = machine.bound(Family::Inet, Kind::Datagram);
    assert_eq!(machine.get(Request::SendTo(teller, b"to all", (group, port).into())), Ok(Answer::Count(6)));
    let heard = Ok(Answer::Datagram(b"to all".to_vec(), address));
    assert_eq!(machine.get(Request::ReceiveFrom(hearer, 99)), heard);
    machine.done(Request::Set(hearer, SocketOption::Leave(group.into(), own)));
    assert_eq!(machine.get(Request::SendTo(teller, b"to none", (group, port).into())), Ok(Answer::Count(7)));
    assert_eq!(machine.get(Request::SendTo(teller, b"to it", (own, port).into())), Ok(Answer::Count(5)));
    let heard = Ok(Answer::Datagram(b"to it".to_vec(), address));
    assert_eq!(machine.get(Request::ReceiveFrom(hearer, 99)), heard);
}

#[test]
fn names_are_looked_up() {
    let mut machine = Machine::new();
    let lookup = machine.handle(Request::Lookup("localhost", Family::Inet));
    // Whether it waits depends on nothing but the threads.
    let found = Ok(Answer::Addresses(vec![Ipv4Addr::LOCALHOST.into()]));
    assert_eq!(machine.get(Request::Result(lookup)), found);
    assert_eq!(machine.get(Request::Result(lookup)), found);
    machine.done(Request::Close(lookup));
    assert_eq!(machine.ask(Request::Result(lookup)), posix("closed"));
    // A label of 64 characters is no name in DNS; no server is asked.
    for name in ["", "a b\0", &format!("{}.invalid", "a".repeat(64))] {
        let lookup = machine.handle(Request::Lookup(name, Family::Inet));
        assert_eq!(machine.get(Request::Result(lookup)), posix("nxdomain"), "{name}");
        machine.done(Request::Close(lookup));
    }
    let lookup = machine.handle(Request::Lookup("::1", Family::Inet6));
    assert_eq!(machine.ask(Request::Result(lookup)), Ok(Answer::Addresses(vec![Ipv6Addr::LOCALHOST.into()])));
    let socket = machine.open(Family::Inet, Kind::Stream);
    assert_eq!(machine.ask(Request::Result(socket)), posix("einval"));
    assert_eq!(machine.ask(Request::Receive(lookup, 1)), posix("einval"));
    // Lookups that are given up, while they run or before.
    for _ in 0..3 {
        let many: Vec<_> = (0..200).map(|_| machine.handle(Request::Lookup("localhost", Family::Inet))).collect();
        for lookup in many {
            machine.done(Request::Close(lookup));
        }
    }
    assert_eq!(machine.used("lookups"), 1);
    machine.rest(50_000_000);
    let lookup = machine.handle(Request::Lookup("localhost", Family::Inet));
    assert_eq!(machine.get(Request::Result(lookup)), found);
}

#[test]
fn a_pool_that_is_full_says_so() {
    let mut machine = Machine::new();
    let many: Vec<_> = (0..256).map(|_| machine.handle(Request::Lookup("127.0.0.1", Family::Inet))).collect();
    assert_eq!(machine.ask(Request::Lookup("127.0.0.1", Family::Inet)), posix("emfile"));
    machine.done(Request::Close(many[7]));
    machine.handle(Request::Lookup("127.0.0.1", Family::Inet));
}

#[test]
fn the_link_needs_no_start() {
    let mut machine = Machine::new();
    let (socket, _) = machine.bound(Family::Inet, Kind::Datagram);
    let station = emberl_vm::net::Station { ssid: b"home", psk: b"", hostname: None, address: None };
    machine.done(Request::Start { station: Some(station), access_point: None });
    machine.poll();
    assert!(matches!(machine.events[..], [Event::Up, Event::Address(_), ..]), "{:?}", machine.events);
    assert_eq!(machine.ask(Request::Strength), posix("enotsup"));
    machine.done(Request::Stop);
    machine.local(socket);
}
