//! What strangers can do: floods, frames of any bytes, frames changed on the way. Nothing may panic, and nothing may be
//! left behind.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod world;
use emberl_net::Config;
use emberl_vm::net::*;
use proptest::prelude::*;
use world::*;

/// A frame with a SYN of a stranger.
fn syn(source: [u8; 4], port: u16, target: u16, sequence: u32) -> Vec<u8> {
    let mut tcp = Vec::new();
    tcp.extend(port.to_be_bytes());
    tcp.extend(target.to_be_bytes());
    tcp.extend(sequence.to_be_bytes());
    tcp.extend([0; 4]);
    tcp.extend([0x50, 0x02, 0x20, 0, 0, 0, 0, 0]);
    let destination = [10, 0, 0, 1];
    let mut pseudo = Vec::new();
    pseudo.extend(source);
    pseudo.extend(destination);
    pseudo.extend([0, 6, 0, 20]);
    pseudo.extend(&tcp);
    let check = checksum(&pseudo);
    tcp[16..18].copy_from_slice(&check);
    let mut ip = vec![0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0];
    ip.extend(source);
    ip.extend(destination);
    let check = checksum(&ip);
    ip[10..12].copy_from_slice(&check);
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 0];
    frame.extend(ip);
    frame.extend(tcp);
    frame
}

fn checksum(bytes: &[u8]) -> [u8; 2] {
    let mut sum: u32 =
        bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(pair.get(1).copied().unwrap_or(0))).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!(sum as u16)).to_be_bytes()
}

fn throw(world: &mut World, index: usize, frame: Vec<u8>) {
    let now = world.now();
    world.machines[index].port.inbox.borrow_mut().push_back((now, frame));
}

#[test]
fn a_flood_of_syns_leaves_room() {
    let mut world = World::pair(1, Config::default());
    let listener = world.listen(0, 80, 4);
    let mut port = 1024;
    for _ in 0..500 {
        port += 1;
        throw(&mut world, 0, syn([10, 0, 0, 200], port, 80, 7));
    }
    world.poll();
    // Half of the pool at most, and the listener's backlog.
    let (used, size) = world.used(0, "tcp_sockets");
    assert!(used <= size / 2, "{used} of {size}");
    // What a program wants for itself is there.
    let own = world.handle(0, Request::Open(Family::Inet, Kind::Stream));
    world.ask(0, Request::Close(own)).unwrap();
    // While the flood goes on, an honest client gets in, sooner or later.
    let client = world.handle(1, Request::Open(Family::Inet, Kind::Stream));
    world.ask(1, Request::Connect(client, at("10.0.0.1", 80))).unwrap();
    let begin = world.now();
    let end = begin + 25 * SECOND;
    for step in 0..750 {
        port += 1;
        let at = begin + step * 33 * MILLISECOND;
        world.machines[0].port.inbox.borrow_mut().push_back((at, syn([10, 0, 0, 200], port, 80, 7)));
    }
    let done =
        world.run_until(end, |world| world.ask(1, Request::Connect(client, at("10.0.0.1", 80))) == Ok(Answer::Done));
    assert!(done);
    let (server, _) = world.accept(0, listener);
    world.ask(1, Request::Send(client, b"in")).unwrap();
    assert_eq!(world.finish(0, 5, || Request::Receive(server, 9)), Ok(Answer::Bytes(b"in".to_vec())));
    // Afterwards all of it is given back.
    world.run(60 * SECOND);
    assert_eq!(world.used(0, "tcp_sockets").0, 1);
}

#[test]
fn a_syn_with_a_wrong_checksum_costs_nothing() {
    let mut world = World::pair(1, Config::default());
    world.listen(0, 80, 4);
    for port in 2000..2100 {
        let mut frame = syn([10, 0, 0, 200], port, 80, 7);
        frame[50] ^= 1;
        throw(&mut world, 0, frame);
    }
    world.run(SECOND);
    let Ok(Answer::Pools(pools)) = world.ask(0, Request::Pools) else { panic!() };
    // The one place was the listener's own before it listened.
    assert_eq!((pools[0].used, pools[0].peak), (0, 1));
}

#[test]
fn a_backlog_that_nobody_accepts_is_bounded_and_freed() {
    let mut world = World::pair(1, Config { tcp_sockets: 8, ..Config::default() });
    let listener = world.listen(0, 80, 3);
    let clients: Vec<_> = (0..6).map(|_| world.handle(1, Request::Open(Family::Inet, Kind::Stream))).collect();
    for client in &clients {
        world.ask(1, Request::Connect(*client, at("10.0.0.1", 80))).unwrap();
    }
    world.run(5 * SECOND);
    assert_eq!(world.used(0, "tcp_sockets").0, 3);
    for _ in 0..3 {
        world.accept(0, listener);
    }
    // The next ones come by themselves, and those who are left go when the listener does.
    world.run(10 * SECOND);
    assert_eq!(world.used(0, "tcp_sockets").0, 6);
    world.ask(0, Request::Close(listener)).unwrap();
    world.run(5 * SECOND);
    assert_eq!(world.used(0, "tcp_sockets").0, 3);
    let reset = |world: &mut World, client| world.ask(1, Request::Receive(client, 1));
    let ends = clients.iter().filter(|client| reset(&mut world, **client) == Err(Error::Posix("econnreset")));
    assert_eq!(ends.count(), 3);
}

#[test]
fn every_pool_can_be_empty_and_recovers() {
    let mut world = World::pair(1, Config { tcp_sockets: 2, udp_sockets: 1, ..Config::SMALLEST });
    for _ in 0..3 {
        let mut streams = Vec::new();
        let error = loop {
            match world.ask(0, Request::Open(Family::Inet, Kind::Stream)) {
                Ok(Answer::Handle(handle)) => streams.push(handle),
                other => break other,
            }
        };
        assert_eq!((error, streams.len()), (Err(Error::Posix("emfile")), 2));
        world.ask(0, Request::Listen(streams[0], 5)).unwrap();
        assert_eq!(world.ask(0, Request::Listen(streams[1], 5)), Err(Error::Posix("enobufs")));
        let udp = world.handle(0, Request::Open(Family::Inet, Kind::Datagram));
        assert_eq!(world.ask(0, Request::Open(Family::Inet, Kind::Datagram)), Err(Error::Posix("emfile")));
        assert_eq!(world.ask(0, Request::Open(Family::Inet6, Kind::Datagram)), Err(Error::Posix("eafnosupport")));
        for group in 1..4 {
            let joined =
                world.ask(0, Request::Set(udp, SocketOption::Join([239, 0, 0, group].into(), [0, 0, 0, 0].into())));
            assert_eq!(joined, if group < 3 { Ok(Answer::Done) } else { Err(Error::Posix("enobufs")) });
        }
        let browse = world.handle(0, Request::Browse("_x._tcp"));
        assert!(matches!(world.ask(0, Request::Browse("_y._tcp")), Err(Error::Posix("emfile"))));
        let stale = udp;
        for handle in [streams[0], streams[1], udp, browse] {
            world.ask(0, Request::Close(handle)).unwrap();
            assert_eq!(world.ask(0, Request::Close(handle)), Err(Error::Posix("einval")));
        }
        let next = world.handle(0, Request::Open(Family::Inet, Kind::Datagram));
        assert_ne!(next, stale);
        assert_eq!(world.ask(0, Request::Bind(stale, at("0.0.0.0", 9))), Err(Error::Posix("einval")));
        world.ask(0, Request::Close(next)).unwrap();
        world.run(SECOND);
    }
    for name in ["tcp_sockets", "udp_sockets", "listeners", "groups", "mdns_browses"] {
        assert_eq!(world.used(0, name).0, 0, "{name}");
    }
}

/// A world in which much is open, and the handles of machine 0.
fn busy(seed: u64) -> (World, Vec<Handle>) {
    let mut world = World::pair(seed, Config::default());
    world.run(3 * SECOND);
    let (server, client) = world.connection(80);
    world.ask(1, Request::Send(client, &[5; 3000])).unwrap();
    let listener = world.listen(0, 81, 3);
    let udp = world.handle(0, Request::Open(Family::Inet, Kind::Datagram));
    world.ask(0, Request::Bind(udp, at("0.0.0.0", 5000))).unwrap();
    world.ask(0, Request::Set(udp, SocketOption::Join([239, 0, 0, 1].into(), [0; 4].into()))).unwrap();
    let browse = world.handle(0, Request::Browse("_http._tcp"));
    world.ask(0, Request::Hostname(Some("victim"))).unwrap();
    world.ask(0, Request::Sntp(Some("10.0.0.2"))).unwrap();
    let lookup = world.handle(0, Request::Lookup("x.local", Family::Inet));
    (world, vec![server, listener, udp, browse, lookup])
}

fn finish(mut world: World, handles: Vec<Handle>) {
    for handle in handles {
        world.ask(0, Request::Close(handle)).unwrap();
    }
    world.run(60 * SECOND);
    for name in ["tcp_sockets", "udp_sockets", "listeners", "lookups", "groups"] {
        assert_eq!(world.used(0, name).0, 0, "{name}");
    }
    world.ask(0, Request::Stop).unwrap();
    world.run(SECOND);
    // What is left is the table of handles, as where there was but one, and room for events.
    assert!(world.machines[0].driver.memory() <= table() + 1024);
}

/// Bytes of a driver that is stopped after one socket was opened and closed.
fn table() -> usize {
    let mut world = World::pair(0, Config::default());
    let socket = world.handle(0, Request::Open(Family::Inet, Kind::Datagram));
    world.ask(0, Request::Close(socket)).unwrap();
    world.ask(0, Request::Stop).unwrap();
    world.machines[0].driver.memory()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn frames_of_any_bytes_do_no_harm(seed in 1_u64..1000, frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..1600), 1..40), kinds in prop::collection::vec(0_u8..8, 40)) {
        let (mut world, handles) = busy(seed);
        for (frame, kind) in frames.into_iter().zip(kinds) {
            let mut frame = frame;
            // Random bytes alone do not get far: most frames have a head that is right as far as it goes.
            let head: &[u8] = match kind {
                0 => &[],
                1 => &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 6],
                2 => &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 0, 0x45],
                3 => &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x86, 0xdd, 0x60],
                4 => &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 9, 8, 0, 0x45, 0, 0, 60, 0, 0, 0, 0, 64, 17],
                5 => &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 0, 0x45, 0, 0, 60, 0, 0, 0, 0, 64, 1],
                6 => &[0x33, 0x33, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 40, 58, 255],
                _ => &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 0, 0x45, 0, 0, 60, 0, 0, 0, 0, 64, 6],
            };
            for (place, byte) in frame.iter_mut().zip(head) {
                *place = *byte;
            }
            throw(&mut world, 0, frame);
            world.run(20 * MILLISECOND);
        }
        finish(world, handles);
    }

    #[test]
    fn frames_changed_on_the_way_do_no_harm(seed in 1_u64..1000, changes in prop::collection::vec((any::<u16>(), any::<u8>(), any::<bool>()), 1..200)) {
        let (mut world, handles) = busy(seed);
        *world.wire.log.borrow_mut() = Some(Vec::new());
        world.run(20 * SECOND);
        let log = world.wire.log.take().unwrap();
        prop_assert!(log.len() > 5);
        for (number, (at, byte, mend)) in changes.into_iter().enumerate() {
            let mut frame = log[number % log.len()].clone();
            let at = usize::from(at) % frame.len();
            frame[at] ^= byte;
            frame[..6].copy_from_slice(&[2, 0, 0, 0, 0, 1]);
            if byte % 5 == 0 {
                frame.truncate(at);
            }
            if mend && frame.len() > 34 && frame[12..14] == [8, 0] {
                // With its checksum mended the change gets further in.
                frame[24..26].copy_from_slice(&[0, 0]);
                let check = checksum(&frame[14..34]);
                frame[24..26].copy_from_slice(&check);
            }
            throw(&mut world, 0, frame);
            world.run(5 * MILLISECOND);
        }
        finish(world, handles);
    }
}
