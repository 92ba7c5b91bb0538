//! TCP between two drivers: bytes arrive whole over a bad wire, and every way to end is told.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod world;
use emberl_net::Config;
use emberl_vm::net::*;
use world::*;

/// Sends so many bytes to a machine that sends them back, and checks what comes.
fn echo(seed: u64, faults: Faults, total: usize, config: Config) -> u64 {
    let mut world = World::pair(seed, config);
    world.wire.faults.set(faults);
    let begin = world.now();
    let (server, client) = world.connection(7);
    let byte = |index: usize| (index * 31 + index / 251) as u8;
    let (mut sent, mut received) = (0, 0);
    let mut back: Vec<u8> = Vec::new();
    let mut ended = (false, false);
    let end = world.now() + 4000 * SECOND;
    let done = world.run_until(end, |world| {
        loop {
            let mut progress = false;
            if sent < total {
                let bytes: Vec<u8> = (sent..total.min(sent + 1000)).map(byte).collect();
                if let Ok(Answer::Count(count)) = world.ask(1, Request::Send(client, &bytes)) {
                    sent += count;
                    progress = true;
                }
                if sent == total {
                    assert_eq!(world.ask(1, Request::Shutdown(client, Shutdown::Write)), Ok(Answer::Done));
                }
            }
            if back.is_empty() && !ended.0 {
                match world.ask(0, Request::Receive(server, 700)) {
                    Ok(Answer::Bytes(bytes)) => {
                        back = bytes;
                        progress = true;
                    }
                    Ok(Answer::End) => {
                        ended.0 = true;
                        assert_eq!(world.ask(0, Request::Close(server)), Ok(Answer::Done));
                    }
                    Ok(Answer::Wait(Direction::Read)) => {}
                    other => panic!("{other:?}"),
                }
            }
            if !back.is_empty() {
                match world.ask(0, Request::Send(server, &back)) {
                    Ok(Answer::Count(count)) => {
                        back.drain(..count);
                        progress = true;
                    }
                    Ok(Answer::Wait(Direction::Write)) => {}
                    other => panic!("{other:?}"),
                }
            }
            match world.ask(1, Request::Receive(client, 4096)) {
                Ok(Answer::Bytes(bytes)) => {
                    for (index, got) in bytes.iter().enumerate() {
                        assert_eq!(*got, byte(received + index));
                    }
                    received += bytes.len();
                    progress = true;
                }
                Ok(Answer::End) => ended.1 = true,
                Ok(Answer::Wait(Direction::Read)) => {}
                other => panic!("{other:?}"),
            }
            if !progress {
                return ended.1;
            }
        }
    });
    assert!(done, "{sent} sent, {received} received");
    assert_eq!((sent, received), (total, total));
    let time = world.now() - begin;
    assert_eq!(world.ask(1, Request::Close(client)), Ok(Answer::Done));
    world.run(40 * SECOND);
    for index in 0..2 {
        assert_eq!(world.used(index, "tcp_sockets").0, 0);
    }
    time
}

#[test]
fn megabytes_come_back_over_a_good_wire() {
    echo(1, Faults::default(), 4_000_000, Config::default());
}

#[test]
fn megabytes_come_back_over_a_bad_wire() {
    for seed in 1..6 {
        echo(seed, Faults { lost: 20, doubled: 20, late: 50 }, 1_000_000, Config::default());
    }
}

#[test]
fn the_smallest_buffers_are_enough() {
    echo(3, Faults { lost: 10, doubled: 10, late: 10 }, 100_000, Config::SMALLEST);
}

#[test]
fn a_wait_is_ended_by_one_event() {
    let mut world = World::pair(1, Config::default());
    let (server, client) = world.connection(80);
    world.run(SECOND);
    world.events(0);
    assert_eq!(world.ask(0, Request::Receive(server, 10)), Ok(Answer::Wait(Direction::Read)));
    world.run(SECOND);
    assert_eq!(world.events(0), []);
    for _ in 0..3 {
        world.ask(1, Request::Send(client, b"abc")).unwrap();
        world.run(SECOND);
    }
    assert_eq!(world.events(0), [Event::Ready(server, Direction::Read)]);
    assert_eq!(world.ask(0, Request::Receive(server, 100)), Ok(Answer::Bytes(b"abcabcabc".to_vec())));
    // Room is told, too.
    let much = vec![1; 100_000];
    while let Ok(Answer::Count(_)) = world.ask(1, Request::Send(client, &much)) {}
    world.run(SECOND);
    while let Ok(Answer::Count(_)) = world.ask(1, Request::Send(client, &much)) {}
    world.events(1);
    world.run(SECOND);
    assert_eq!(world.events(1), []);
    let mut got = 0;
    while let Ok(Answer::Bytes(bytes)) = world.ask(0, Request::Receive(server, 100_000)) {
        got += bytes.len();
    }
    assert!(got > 4000);
    world.run(SECOND);
    assert_eq!(world.events(1), [Event::Ready(client, Direction::Write)]);
    // And the end.
    world.ask(1, Request::Shutdown(client, Shutdown::Write)).unwrap();
    while let Ok(Answer::Bytes(_)) = world.ask(0, Request::Receive(server, 100_000)) {}
    world.events(0);
    let end = world.now() + 10 * SECOND;
    let mut ended = false;
    world.run_until(end, |world| {
        loop {
            match world.ask(0, Request::Receive(server, 100_000)) {
                Ok(Answer::Bytes(_)) => {}
                Ok(Answer::End) => {
                    ended = true;
                    return true;
                }
                _ => return false,
            }
        }
    });
    assert!(ended);
}

#[test]
fn refusals_and_silence_are_told() {
    let mut world = World::pair(1, Config { connect_ms: 5000, ..Config::default() });
    world.run(5 * SECOND);
    let open = |world: &mut World| world.handle(1, Request::Open(Family::Inet, Kind::Stream));
    let handle = open(&mut world);
    let refused = world.finish(1, 60, || Request::Connect(handle, at("10.0.0.1", 81)));
    assert_eq!(refused, Err(Error::Posix("econnrefused")));
    // The same socket may try again.
    world.listen(0, 81, 2);
    assert_eq!(world.finish(1, 60, || Request::Connect(handle, at("10.0.0.1", 81))), Ok(Answer::Done));
    assert_eq!(world.ask(1, Request::Connect(handle, at("10.0.0.1", 81))), Err(Error::Posix("eisconn")));

    let handle = open(&mut world);
    let begin = world.now();
    let missing = world.finish(1, 60, || Request::Connect(handle, at("10.0.0.99", 81)));
    assert_eq!(missing, Err(Error::Posix("ehostunreach")));
    assert!(world.now() - begin < 5 * SECOND);
    let far = world.ask(1, Request::Connect(handle, at("192.0.2.1", 81)));
    assert_eq!(far, Err(Error::Posix("enetunreach")));

    // A peer that is there, and then is not.
    let handle = open(&mut world);
    world.machines[0].port.carrier.set(false);
    let begin = world.now();
    let silent = world.finish(1, 60, || Request::Connect(handle, at("10.0.0.1", 81)));
    assert_eq!(silent, Err(Error::Posix("etimedout")));
    assert!((world.now() - begin).abs_diff(5 * SECOND) < SECOND);
}

#[test]
fn a_peer_that_falls_silent_is_given_up() {
    let mut world = World::pair(1, Config { silence_ms: 20_000, grace_ms: u32::MAX, ..Config::default() });
    let (_, client) = world.connection(80);
    world.run(5 * SECOND);
    world.ask(1, Request::Send(client, b"x")).unwrap();
    world.machines[0].port.carrier.set(false);
    assert_eq!(world.ask(1, Request::Receive(client, 1)), Ok(Answer::Wait(Direction::Read)));
    world.events(1);
    world.run(15 * SECOND);
    assert_eq!(world.events(1), []);
    world.run(15 * SECOND);
    assert_eq!(world.events(1), [Event::Ready(client, Direction::Read)]);
    assert_eq!(world.ask(1, Request::Receive(client, 1)), Err(Error::Posix("etimedout")));
    assert_eq!(world.ask(1, Request::Receive(client, 1)), Err(Error::Posix("closed")));
    assert_eq!(world.ask(1, Request::Send(client, b"x")), Err(Error::Posix("closed")));
}

#[test]
fn idle_connections_live_and_probes_find_dead_ones() {
    let mut world = World::pair(1, Config { grace_ms: u32::MAX, ..Config::default() });
    let (server, client) = world.connection(80);
    world.run(3600 * SECOND);
    world.ask(1, Request::Send(client, b"still")).unwrap();
    assert_eq!(world.finish(0, 5, || Request::Receive(server, 100)), Ok(Answer::Bytes(b"still".to_vec())));
    world.ask(0, Request::Set(server, SocketOption::KeepAlive(true))).unwrap();
    world.run(3600 * SECOND);
    assert_eq!(world.ask(0, Request::Receive(server, 1)), Ok(Answer::Wait(Direction::Read)));
    world.machines[1].port.carrier.set(false);
    world.run(400 * SECOND);
    assert_eq!(world.ask(0, Request::Receive(server, 1)), Err(Error::Posix("etimedout")));
}

#[test]
fn idle_machines_sleep() {
    let mut world = World::pair(1, Config::default());
    let (_, _) = world.connection(80);
    world.run(60 * SECOND);
    let before = world.machines[0].polls;
    world.run(3600 * SECOND);
    assert!(world.machines[0].polls - before < 100, "{}", world.machines[0].polls - before);
}

#[test]
fn closing_sends_what_is_left_and_linger_does_not() {
    let mut world = World::pair(1, Config::default());
    let (server, client) = world.connection(80);
    let mut sent = 0;
    while let Ok(Answer::Count(count)) = world.ask(1, Request::Send(client, &[7; 1000])) {
        sent += count;
    }
    world.ask(1, Request::Close(client)).unwrap();
    assert_eq!(world.ask(1, Request::Receive(client, 1)), Err(Error::Posix("einval")));
    let mut got = 0;
    loop {
        match world.finish(0, 10, || Request::Receive(server, 100)) {
            Ok(Answer::Bytes(bytes)) => got += bytes.len(),
            Ok(Answer::End) => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(got, sent);

    let (server, client) = world.connection(81);
    world.ask(1, Request::Set(client, SocketOption::Linger(Some(0)))).unwrap();
    world.ask(1, Request::Close(client)).unwrap();
    assert_eq!(world.finish(0, 10, || Request::Receive(server, 100)), Err(Error::Posix("econnreset")));
    world.run(2 * SECOND);
    assert_eq!(world.used(1, "tcp_sockets").0, 1);
}

/// Peers that take nothing of what is left do not keep the places of closed connections from others.
#[test]
fn closed_connections_that_nobody_reads_give_way() {
    let mut world = World::pair(1, Config::default());
    let all: Vec<_> = (0..Config::default().tcp_sockets).map(|index| world.connection(80 + index)).collect();
    for (server, _) in &all {
        while let Ok(Answer::Count(_)) = world.ask(0, Request::Send(*server, &[7; 1000])) {
            world.run(10 * MILLISECOND);
        }
    }
    let open = || Request::Open(Family::Inet, Kind::Stream);
    assert_eq!(world.ask(0, open()), Err(Error::Posix("emfile")));
    for (server, _) in &all {
        world.ask(0, Request::Close(*server)).unwrap();
    }
    world.run(4 * SECOND);
    assert_eq!(world.ask(0, open()), Err(Error::Posix("emfile")));
    // One reads now, and gets all.
    let read = |world: &mut World, client| {
        let mut got = 0;
        loop {
            match world.finish(1, 10, move || Request::Receive(client, 1000)) {
                Ok(Answer::Bytes(bytes)) => got += bytes.len(),
                other => break (got, other),
            }
        }
    };
    let (first, end) = read(&mut world, all[9].1);
    assert!(first > 4096 && end == Ok(Answer::End), "{first} {end:?}");
    world.run(2 * SECOND);
    // That one's place, and those of three that do not.
    for _ in 0..4 {
        assert!(matches!(world.ask(0, open()), Ok(Answer::Handle(_))));
    }
    // Who has lost his is told when he reads.
    let (lost, end) = read(&mut world, all[0].1);
    assert!(lost < first && end == Err(Error::Posix("econnreset")), "{lost} {end:?}");
}

#[test]
fn both_halves_end_by_themselves() {
    let mut world = World::pair(1, Config::default());
    let (server, client) = world.connection(80);
    world.ask(1, Request::Shutdown(client, Shutdown::Write)).unwrap();
    assert_eq!(world.ask(1, Request::Send(client, b"x")), Err(Error::Posix("epipe")));
    assert_eq!(world.finish(0, 5, || Request::Receive(server, 1)), Ok(Answer::End));
    world.ask(0, Request::Send(server, b"late")).unwrap();
    assert_eq!(world.finish(1, 5, || Request::Receive(client, 9)), Ok(Answer::Bytes(b"late".to_vec())));
    world.ask(0, Request::Close(server)).unwrap();
    assert_eq!(world.finish(1, 5, || Request::Receive(client, 9)), Ok(Answer::End));
    world.run(20 * SECOND);
    // The connection is over, and its peer was heard to the end: it stays an end.
    assert_eq!(world.ask(1, Request::Receive(client, 9)), Ok(Answer::End));

    let (server, client) = world.connection(81);
    world.ask(0, Request::Shutdown(server, Shutdown::Read)).unwrap();
    assert_eq!(world.ask(0, Request::Receive(server, 1)), Ok(Answer::End));
    for _ in 0..100 {
        let _ = world.ask(1, Request::Send(client, &[1; 1000]));
        world.run(SECOND / 10);
    }
    assert!(matches!(world.ask(1, Request::Send(client, &[1; 1000])), Ok(Answer::Count(1000))));
}

#[test]
fn servers_that_close_first_do_not_run_dry() {
    // Each connection is left in TIME-WAIT by the server; ten of them are the whole pool.
    let mut world = World::pair(1, Config::default());
    let listener = world.listen(0, 80, 4);
    for _ in 0..100 {
        let client = world.connect(1, at("10.0.0.1", 80));
        let (server, _) = world.accept(0, listener);
        world.ask(0, Request::Close(server)).unwrap();
        assert_eq!(world.finish(1, 5, || Request::Receive(client, 1)), Ok(Answer::End));
        world.ask(1, Request::Close(client)).unwrap();
        world.run(10 * MILLISECOND);
    }
    assert!(world.now() < 60 * SECOND);
}

#[test]
fn a_machine_reaches_itself_and_nobody_sees_it() {
    let mut world = World::pair(1, Config::default());
    world.run(10 * SECOND);
    for address in ["127.0.0.1", "10.0.0.1", "0.0.0.0"] {
        let before = world.wire.frames.get();
        let listener = world.listen(0, 9000, 1);
        let client = world.connect(0, at(address, 9000));
        let (server, _) = world.accept(0, listener);
        let mut sent = 0;
        let mut got = 0;
        while got < 200_000 {
            if let Ok(Answer::Count(count)) = world.ask(0, Request::Send(client, &[1; 2000])) {
                sent += count;
            }
            if let Ok(Answer::Bytes(bytes)) = world.ask(0, Request::Receive(server, 2000)) {
                got += bytes.len();
            }
            world.poll();
            let next = world.next().unwrap_or(0).max(world.now());
            world.wire.now.set(next);
        }
        assert!(sent >= got);
        for handle in [client, server, listener] {
            world.ask(0, Request::Close(handle)).unwrap();
        }
        assert_eq!(world.wire.frames.get(), before, "{address}");
        world.run(20 * SECOND);
    }
}

#[test]
fn addresses_of_both_ends_are_told() {
    let mut world = World::pair(1, Config::default());
    let listener = world.listen(0, 80, 1);
    assert_eq!(world.ask(0, Request::Local(listener)), Ok(Answer::Address(at("0.0.0.0", 80))));
    let client = world.connect(1, at("10.0.0.1", 80));
    let (server, peer) = world.accept(0, listener);
    assert_eq!(world.ask(1, Request::Local(client)), Ok(Answer::Address(peer)));
    assert_eq!(world.ask(1, Request::Peer(client)), Ok(Answer::Address(at("10.0.0.1", 80))));
    assert_eq!(world.ask(0, Request::Peer(server)), Ok(Answer::Address(peer)));
    assert_eq!(world.ask(0, Request::Local(server)), Ok(Answer::Address(at("10.0.0.1", 80))));
    // A second listener on that port is one too many.
    let second = world.handle(0, Request::Open(Family::Inet, Kind::Stream));
    assert_eq!(world.ask(0, Request::Bind(second, at("10.0.0.1", 80))), Err(Error::Posix("eaddrinuse")));
    assert_eq!(world.ask(0, Request::Bind(second, at("10.0.0.7", 81))), Err(Error::Posix("eaddrnotavail")));
    assert_eq!(world.ask(0, Request::Bind(second, "[::1]:81".parse().unwrap())), Err(Error::Posix("eafnosupport")));
}

#[test]
fn six_talks_to_six_and_to_four() {
    let mut world = World::pair(1, Config::default());
    world.run(3 * SECOND);
    let addresses: Vec<_> = world
        .events(0)
        .into_iter()
        .filter_map(|event| match event {
            Event::Address6(address, 64) => Some(address),
            _ => None,
        })
        .collect();
    assert_eq!(addresses, ["fe80::ff:fe00:1".parse::<std::net::Ipv6Addr>().unwrap()]);
    let listener = world.handle(0, Request::Open(Family::Inet6, Kind::Stream));
    world.ask(0, Request::Bind(listener, at("::", 80))).unwrap();
    world.ask(0, Request::Listen(listener, 3)).unwrap();

    let client = world.handle(1, Request::Open(Family::Inet6, Kind::Stream));
    let address = at("fe80::ff:fe00:1", 80);
    assert_eq!(world.finish(1, 5, || Request::Connect(client, address)), Ok(Answer::Done));
    let (server, peer) = world.accept(0, listener);
    assert!(peer.ip().to_string().starts_with("fe80::ff:fe00:2"));
    world.ask(1, Request::Send(client, b"six")).unwrap();
    assert_eq!(world.finish(0, 5, || Request::Receive(server, 9)), Ok(Answer::Bytes(b"six".to_vec())));

    world.connect(1, at("10.0.0.1", 80));
    let (_, peer) = world.accept(0, listener);
    assert_eq!(peer.ip().to_string(), "::ffff:10.0.0.2");

    let local = world.handle(0, Request::Open(Family::Inet6, Kind::Stream));
    assert_eq!(world.finish(0, 5, || Request::Connect(local, at("::1", 80))), Ok(Answer::Done));
    let (_, peer) = world.accept(0, listener);
    assert_eq!(peer.ip().to_string(), "::1");

    world.ask(0, Request::Set(listener, SocketOption::V6Only(true))).unwrap();
    let handle = world.handle(1, Request::Open(Family::Inet, Kind::Stream));
    let refused = world.finish(1, 5, || Request::Connect(handle, at("10.0.0.1", 80)));
    assert_eq!(refused, Err(Error::Posix("econnrefused")));
}
