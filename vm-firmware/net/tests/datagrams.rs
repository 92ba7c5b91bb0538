//! UDP between drivers, groups, names, the time and mDNS.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod world;
use emberl_net::Config;
use emberl_vm::net::*;
use world::*;

fn open(world: &mut World, index: usize, port: u16) -> Handle {
    let handle = world.handle(index, Request::Open(Family::Inet, Kind::Datagram));
    if port != 0 {
        assert_eq!(world.ask(index, Request::Bind(handle, at("0.0.0.0", port))), Ok(Answer::Done));
    }
    handle
}

fn receive(world: &mut World, index: usize, handle: Handle) -> Result {
    world.finish(index, 2, || Request::ReceiveFrom(handle, 2000))
}

#[test]
fn datagrams_go_both_ways() {
    let mut world = World::pair(1, Config::default());
    let server = open(&mut world, 0, 53);
    let client = open(&mut world, 1, 0);
    assert_eq!(world.ask(1, Request::SendTo(client, b"ask", at("10.0.0.1", 53))), Ok(Answer::Count(3)));
    let Ok(Answer::Datagram(bytes, peer)) = receive(&mut world, 0, server) else { panic!() };
    assert_eq!(bytes, b"ask");
    assert_eq!(world.ask(1, Request::Local(client)), Ok(Answer::Address(at("0.0.0.0", peer.port()))));
    // One peer: others are not heard.
    assert_eq!(world.ask(1, Request::Send(client, b"x")), Err(Error::Posix("edestaddrreq")));
    assert_eq!(world.ask(1, Request::Connect(client, at("10.0.0.1", 53))), Ok(Answer::Done));
    assert_eq!(world.ask(1, Request::Local(client)), Ok(Answer::Address(at("10.0.0.2", peer.port()))));
    let other = open(&mut world, 0, 54);
    world.ask(0, Request::SendTo(other, b"no", peer)).unwrap();
    world.ask(0, Request::SendTo(server, b"answer", peer)).unwrap();
    assert_eq!(receive(&mut world, 1, client), Ok(Answer::Datagram(b"answer".to_vec(), at("10.0.0.1", 53))));
    assert_eq!(world.ask(1, Request::Send(client, b"again")), Ok(Answer::Count(5)));
    // What is cut is lost.
    world.run(SECOND);
    assert_eq!(world.ask(0, Request::ReceiveFrom(server, 2)), Ok(Answer::Datagram(b"ag".to_vec(), peer)));
    assert_eq!(world.ask(0, Request::ReceiveFrom(server, 2)), Ok(Answer::Wait(Direction::Read)));
    // Empty ones count.
    world.ask(1, Request::Send(client, b"")).unwrap();
    assert_eq!(receive(&mut world, 0, server), Ok(Answer::Datagram(Vec::new(), peer)));
    let longest = vec![1; 1472];
    assert_eq!(world.ask(1, Request::Send(client, &longest)), Ok(Answer::Count(1472)));
    assert_eq!(receive(&mut world, 0, server), Ok(Answer::Datagram(longest, peer)));
    assert_eq!(world.ask(1, Request::Send(client, &[1; 1473])), Err(Error::Posix("emsgsize")));
}

#[test]
fn nobody_at_a_port_and_nobody_at_an_address_are_told() {
    let mut world = World::pair(1, Config::default());
    let client = open(&mut world, 1, 0);
    world.ask(1, Request::Connect(client, at("10.0.0.1", 9))).unwrap();
    world.ask(1, Request::Send(client, b"x")).unwrap();
    assert_eq!(receive(&mut world, 1, client), Err(Error::Posix("econnrefused")));
    assert_eq!(world.ask(1, Request::ReceiveFrom(client, 1)), Ok(Answer::Wait(Direction::Read)));

    // A datagram for a neighbour that is not there does not hold those after it for ever.
    let client = open(&mut world, 1, 0);
    let server = open(&mut world, 0, 7);
    world.ask(1, Request::Bind(client, at("0.0.0.0", 77))).unwrap();
    world.ask(0, Request::SendTo(server, b"kept", at("10.0.0.2", 77))).unwrap();
    world.run(SECOND);
    world.ask(1, Request::SendTo(client, b"lost", at("10.0.0.77", 7))).unwrap();
    world.ask(1, Request::SendTo(client, b"lost", at("10.0.0.1", 7))).unwrap();
    world.run(5 * SECOND);
    world.ask(1, Request::SendTo(client, b"found", at("10.0.0.1", 7))).unwrap();
    let found = receive(&mut world, 0, server);
    assert!(matches!(&found, Ok(Answer::Datagram(bytes, _)) if bytes == b"found"), "{found:?}");
    assert_eq!(receive(&mut world, 1, client), Ok(Answer::Datagram(b"kept".to_vec(), at("10.0.0.1", 7))));
}

#[test]
fn a_full_socket_waits_for_room() {
    let mut world = World::pair(1, Config::default());
    let client = open(&mut world, 1, 0);
    let mut sent = 0;
    while let Ok(Answer::Count(_)) = world.ask(1, Request::SendTo(client, &[1; 1000], at("10.0.0.1", 7))) {
        sent += 1;
    }
    assert_eq!(sent, 3);
    world.run(SECOND);
    assert!(world.events(1).contains(&Event::Ready(client, Direction::Write)));
}

#[test]
fn broadcasts_are_asked_for_and_groups_heard() {
    let mut world = World::pair(1, Config::default());
    world.add(Config::default());
    world.start(2, "10.0.0.3");
    let ears: Vec<_> = (0..3).map(|index| open(&mut world, index, 5000)).collect();
    let mouth = open(&mut world, 0, 0);
    for address in ["255.255.255.255", "10.0.0.255"] {
        let send = Request::SendTo(mouth, b"all", at(address, 5000));
        assert_eq!(world.ask(0, send.clone()), Err(Error::Posix("eacces")));
        world.ask(0, Request::Set(mouth, SocketOption::Broadcast(true))).unwrap();
        assert_eq!(world.ask(0, send), Ok(Answer::Count(3)));
        for (index, &ear) in ears.iter().enumerate().skip(1) {
            assert!(matches!(receive(&mut world, index, ear), Ok(Answer::Datagram(..))), "{address}");
        }
        world.ask(0, Request::Set(mouth, SocketOption::Broadcast(false))).unwrap();
    }
    let group: std::net::IpAddr = "239.1.2.3".parse().unwrap();
    let any = "0.0.0.0".parse().unwrap();
    for index in [0, 1] {
        world.ask(index, Request::Set(ears[index], SocketOption::Join(group, any))).unwrap();
    }
    assert_eq!(world.ask(0, Request::Set(ears[0], SocketOption::Join(group, any))), Err(Error::Posix("eaddrinuse")));
    world.run(SECOND);
    let send = |world: &mut World| world.ask(0, Request::SendTo(mouth, b"group", at("239.1.2.3", 5000))).unwrap();
    send(&mut world);
    for index in [0, 1] {
        let Ok(Answer::Datagram(bytes, _)) = receive(&mut world, index, ears[index]) else { panic!("{index}") };
        assert_eq!(bytes, b"group");
    }
    assert!(matches!(receive(&mut world, 2, ears[2]), Ok(Answer::Wait(_))));
    // Not by who wants not to hear himself, and not after leaving.
    world.ask(0, Request::Set(mouth, SocketOption::MulticastLoop(false))).unwrap();
    send(&mut world);
    assert!(matches!(receive(&mut world, 1, ears[1]), Ok(Answer::Datagram(..))));
    assert!(matches!(receive(&mut world, 0, ears[0]), Ok(Answer::Wait(_))));
    world.ask(1, Request::Set(ears[1], SocketOption::Leave(group, any))).unwrap();
    world.run(SECOND);
    send(&mut world);
    assert!(matches!(receive(&mut world, 1, ears[1]), Ok(Answer::Wait(_))));
    assert_eq!(world.used(1, "groups").0, 0);
    world.ask(0, Request::Close(ears[0])).unwrap();
    assert_eq!(world.used(0, "groups").0, 0);
}

/// Reports of a membership (IGMP version 2, RFC 2236) among frames.
fn reports(log: &[Vec<u8>], group: [u8; 4]) -> usize {
    log.iter().filter(|frame| frame.len() >= 42 && frame[34] == 0x16 && frame[38..42] == group).count()
}

#[test]
fn routers_hear_of_memberships() {
    let mut world = World::pair(1, Config { ipv6: false, ..Config::default() });
    let socket = open(&mut world, 0, 5000);
    *world.wire.log.borrow_mut() = Some(Vec::new());
    let take = |world: &mut World| world.wire.log.replace(Some(Vec::new())).unwrap();
    let group = [239, 1, 2, 3];
    world.ask(0, Request::Set(socket, SocketOption::Join(group.into(), [0; 4].into()))).unwrap();
    world.run(SECOND);
    assert_eq!(reports(&take(&mut world), group), 1);
    // A router asks, and wants answers within two seconds.
    let mut query = vec![1, 0, 0x5e, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 0];
    query.extend([0x45, 0, 0, 28, 0, 0, 0, 0, 1, 2, 0, 0, 10, 0, 0, 9, 224, 0, 0, 1]);
    query.extend([0x11, 20, 0xee, 0xeb, 0, 0, 0, 0]);
    let sum: u32 = query[14..34].chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1])).sum();
    let check = !((sum & 0xffff) + (sum >> 16)) as u16;
    query[24..26].copy_from_slice(&check.to_be_bytes());
    let now = world.now();
    world.machines[0].port.inbox.borrow_mut().push_back((now, query));
    world.run(3 * SECOND);
    assert_eq!(reports(&take(&mut world), group), 1);
    // The link was away: switches may have forgotten.
    world.machines[0].port.carrier.set(false);
    world.run(SECOND);
    world.machines[0].port.carrier.set(true);
    world.run(3 * SECOND);
    assert_eq!(reports(&take(&mut world), group), 1);
    world.run(1000 * SECOND);
    assert_eq!(reports(&take(&mut world), group), 0);
}

/// Answers questions for names at machine 0: all that begin with `a` have an address.
fn name_server(world: &mut World, server: Handle) {
    while let Ok(Answer::Datagram(question, peer)) = world.ask(0, Request::ReceiveFrom(server, 600)) {
        let mut answer = question.clone();
        answer[2] |= 0x80;
        if question[13] == b'a' {
            answer[7] = 1;
            answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]);
        } else {
            answer[3] |= 3;
        }
        world.ask(0, Request::SendTo(server, &answer, peer)).unwrap();
    }
}

fn with_names() -> World {
    let mut world = World::new(1);
    for index in 0..2 {
        world.add(Config::default());
        let address = Ipv4 {
            address: format!("10.0.0.{}", index + 1).parse().unwrap(),
            prefix: 24,
            gateway: None,
            dns: [Some("10.0.0.1".parse().unwrap()), None, None],
        };
        let station = Station { ssid: b"", psk: b"", hostname: None, address: Some(address) };
        world.ask(index, Request::Start { station: Some(station), access_point: None }).unwrap();
    }
    world.run(SECOND);
    world
}

#[test]
fn names_are_asked_for() {
    let mut world = with_names();
    let server = open(&mut world, 0, 53);
    let look = |world: &mut World, name: &str| {
        let handle = world.handle(1, Request::Lookup(name, Family::Inet));
        let mut answer = world.ask(1, Request::Result(handle));
        let end = world.now() + 30 * SECOND;
        world.run_until(end, |world| {
            name_server(world, server);
            if let Ok(Answer::Wait(_)) = answer {
                answer = world.ask(1, Request::Result(handle));
            }
            !matches!(answer, Ok(Answer::Wait(_)))
        });
        world.ask(1, Request::Close(handle)).unwrap();
        answer
    };
    let there = |text: &str| Ok(Answer::Addresses(vec![text.parse().unwrap()]));
    assert_eq!(look(&mut world, "a.example.org"), there("192.0.2.7"));
    assert_eq!(look(&mut world, "b.example.org"), Err(Error::Posix("nxdomain")));
    assert_eq!(look(&mut world, "10.1.2.3"), there("10.1.2.3"));
    assert_eq!(look(&mut world, "localhost"), there("127.0.0.1"));
    assert_eq!(look(&mut world, "a..b"), Err(Error::Posix("nxdomain")));
    assert_eq!(look(&mut world, ""), Err(Error::Posix("nxdomain")));
    world.ask(0, Request::Close(server)).unwrap();
    let begin = world.now();
    world.machines[0].port.carrier.set(false);
    let handle = world.handle(1, Request::Lookup("a.example.org", Family::Inet));
    assert_eq!(world.finish(1, 60, || Request::Result(handle)), Err(Error::Posix("timeout")));
    assert!(world.now() - begin < 25 * SECOND);
}

#[test]
fn lookups_are_bounded_and_given_back() {
    let mut world = with_names();
    for _ in 0..3 {
        let handles: Vec<_> = (0..4).map(|_| world.handle(1, Request::Lookup("x.org", Family::Inet))).collect();
        assert_eq!(world.ask(1, Request::Lookup("x.org", Family::Inet)), Err(Error::Posix("enobufs")));
        for handle in handles {
            world.ask(1, Request::Close(handle)).unwrap();
        }
    }
    assert_eq!(world.used(1, "lookups"), (0, 4));
}

#[test]
fn the_time_is_taken() {
    let mut world = with_names();
    let server = open(&mut world, 0, 123);
    world.ask(1, Request::Sntp(Some("10.0.0.1"))).unwrap();
    let mut asked = 0;
    let end = world.now() + 8000 * SECOND;
    world.run_until(end, |world| {
        while let Ok(Answer::Datagram(question, peer)) = world.ask(0, Request::ReceiveFrom(server, 600)) {
            asked += 1;
            assert_eq!(question.len(), 48);
            let mut answer = vec![0; 48];
            answer[0] = 0x24;
            answer[1] = 2;
            answer[24..32].copy_from_slice(&question[40..48]);
            // The first two answers are wrong: to another question, and of a server that is not right.
            match asked {
                1 => answer[30] ^= 1,
                2 => answer[0] |= 0xc0,
                _ => {}
            }
            for at in [32, 40] {
                answer[at..at + 4].copy_from_slice(&(2_208_988_800u32 + 1_000_000_000).to_be_bytes());
                answer[at + 4] = 0x80;
            }
            world.ask(0, Request::SendTo(server, &answer, peer)).unwrap();
        }
        false
    });
    let times: Vec<_> = world.events(1).into_iter().filter(|event| matches!(event, Event::Time(..))).collect();
    // Then once an hour.
    assert_eq!(times.len(), 3, "{times:?}");
    let Event::Time(1_000_000_000, microseconds) = times[0] else { panic!("{times:?}") };
    assert!((500_000..501_000).contains(&microseconds));
    assert_eq!(asked, 5);
    world.ask(1, Request::Sntp(None)).unwrap();
    let before = world.machines[1].polls;
    world.run(8000 * SECOND);
    assert!(world.machines[1].polls - before < 20);
}

#[test]
fn neighbours_find_services_by_multicast() {
    let mut world = World::pair(1, Config::default());
    world.ask(0, Request::Hostname(Some("lamp"))).unwrap();
    let service = Service { name: "Light", kind: "_http", protocol: "_tcp", port: 80, text: vec![("on", "yes")] };
    let published = world.handle(0, Request::Publish(service));
    let browse = world.handle(1, Request::Browse("_http._tcp"));
    let found = world.finish(1, 10, || Request::Result(browse));
    let Ok(Answer::Found(found)) = found else { panic!("{found:?}") };
    assert_eq!((found.name.as_str(), found.there, found.port), ("Light", true, 80));
    assert_eq!(found.host, "lamp.local");
    assert_eq!(found.text, [("on".to_string(), b"yes".to_vec())]);
    let lookup = world.handle(1, Request::Lookup("lamp.local", Family::Inet));
    assert_eq!(
        world.finish(1, 10, || Request::Result(lookup)),
        Ok(Answer::Addresses(vec!["10.0.0.1".parse().unwrap()]))
    );
    let lookup = world.handle(1, Request::Lookup("lantern.local", Family::Inet));
    assert_eq!(world.finish(1, 10, || Request::Result(lookup)), Err(Error::Posix("nxdomain")));
    // Who stops says goodbye.
    world.run(5 * SECOND);
    while !matches!(world.ask(1, Request::Result(browse)), Ok(Answer::Wait(_))) {}
    world.ask(0, Request::Stop).unwrap();
    let gone = world.finish(1, 10, || Request::Result(browse));
    let Ok(Answer::Found(gone)) = gone else { panic!("{gone:?}") };
    assert!(!gone.there);
    assert_eq!(world.ask(0, Request::Result(published)), Err(Error::Posix("enetdown")));
    // Idle, it sleeps most of the time.
    world.ask(1, Request::Close(browse)).unwrap();
    world.run(100 * SECOND);
    let before = world.machines[1].polls;
    world.run(1000 * SECOND);
    assert!(world.machines[1].polls - before < 100);
}
