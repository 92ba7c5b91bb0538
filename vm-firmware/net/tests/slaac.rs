//! IPv6 addresses by a router's advertisements: taken after a check, told, used, and given up in time.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod world;
use emberl_net::Config;
use emberl_vm::net::*;
use std::net::Ipv6Addr;
use world::*;

/// A frame of ICMPv6 from the router fe80::9 to all nodes.
fn icmp(hops: u8, source: Ipv6Addr, target: Ipv6Addr, message: &[u8]) -> Vec<u8> {
    let mut message = message.to_vec();
    message[2..4].copy_from_slice(&[0, 0]);
    let mut pseudo = source.octets().to_vec();
    pseudo.extend(target.octets());
    pseudo.extend((message.len() as u32).to_be_bytes());
    pseudo.extend([0, 0, 0, 58]);
    pseudo.extend(&message);
    let mut sum: u32 =
        pseudo.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0))).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    message[2..4].copy_from_slice(&(!(sum as u16)).to_be_bytes());
    let [.., a, b, c, d] = target.octets();
    let mut frame = vec![0x33, 0x33, a, b, c, d, 2, 0, 0, 0, 0, 9, 0x86, 0xdd, 0x60, 0, 0, 0];
    frame.extend((message.len() as u16).to_be_bytes());
    frame.extend([58, hops]);
    frame.extend(source.octets());
    frame.extend(target.octets());
    frame.extend(message);
    frame
}

/// An advertisement of 2001:db8:1::/64 and of a server of names, for so many seconds.
fn advertisement(router: u16, valid: u32) -> Vec<u8> {
    let mut message = vec![134, 0, 0, 0, 64, 0];
    message.extend(router.to_be_bytes());
    message.extend([0; 8]);
    message.extend([3, 4, 64, 0xc0]);
    message.extend(valid.to_be_bytes());
    message.extend(valid.to_be_bytes());
    message.extend([0; 4]);
    message.extend("2001:db8:1::".parse::<Ipv6Addr>().unwrap().octets());
    message.extend([25, 3, 0, 0]);
    message.extend(valid.to_be_bytes());
    message.extend("2001:db8:1::53".parse::<Ipv6Addr>().unwrap().octets());
    message
}

const ALL: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

fn router() -> Ipv6Addr {
    "fe80::9".parse().unwrap()
}

fn throw(world: &mut World, frame: Vec<u8>) {
    let now = world.now();
    for machine in &world.machines {
        machine.port.inbox.borrow_mut().push_back((now, frame.clone()));
    }
}

fn addresses(world: &mut World, index: usize) -> Vec<String> {
    let told = world.events(index).into_iter().filter_map(|event| match event {
        Event::Address6(address, 64) => Some(address.to_string()),
        _ => None,
    });
    told.collect()
}

#[test]
fn prefixes_become_addresses() {
    let mut world = World::pair(1, Config::default());
    *world.wire.log.borrow_mut() = Some(Vec::new());
    world.run(30 * SECOND);
    assert_eq!(addresses(&mut world, 0), ["fe80::ff:fe00:1"]);
    // Three questions for routers, and no more.
    let log = world.wire.log.take().unwrap();
    let questions = log.iter().filter(|frame| frame.len() > 54 && frame[12..14] == [0x86, 0xdd] && frame[54] == 133);
    assert_eq!(questions.count(), 6);
    let before = world.machines[0].polls;
    world.run(1000 * SECOND);
    assert!(world.machines[0].polls - before < 20);

    // Neither from afar, nor by who is no neighbour.
    throw(&mut world, icmp(254, router(), ALL, &advertisement(1800, 9000)));
    throw(&mut world, icmp(255, "2001:db8::9".parse().unwrap(), ALL, &advertisement(1800, 9000)));
    let mut wrong = icmp(255, router(), ALL, &advertisement(1800, 9000));
    wrong[80] ^= 1;
    throw(&mut world, wrong);
    world.run(5 * SECOND);
    assert!(addresses(&mut world, 0).is_empty());

    throw(&mut world, icmp(255, router(), ALL, &advertisement(1800, 9000)));
    world.run(5 * SECOND);
    assert_eq!(addresses(&mut world, 0), ["2001:db8:1::ff:fe00:1"]);
    let listener = world.handle(0, Request::Open(Family::Inet6, Kind::Stream));
    world.ask(0, Request::Bind(listener, at("2001:db8:1::ff:fe00:1", 80))).unwrap();
    world.ask(0, Request::Listen(listener, 1)).unwrap();
    let client = world.handle(1, Request::Open(Family::Inet6, Kind::Stream));
    let address = at("2001:db8:1::ff:fe00:1", 80);
    assert_eq!(world.finish(1, 5, || Request::Connect(client, address)), Ok(Answer::Done));
    let (_, peer) = world.accept(0, listener);
    assert_eq!(peer.ip().to_string(), "2001:db8:1::ff:fe00:2");
    // There is a way out, as long as the router is one.
    let far = at("2001:db8:2::1", 80);
    let out = world.handle(1, Request::Open(Family::Inet6, Kind::Stream));
    assert_eq!(world.ask(1, Request::Connect(out, far)), Ok(Answer::Wait(Direction::Write)));
    world.run(1900 * SECOND);
    assert!(world.ask(1, Request::Connect(out, far)).is_err());
    assert_eq!(world.ask(1, Request::Connect(out, far)), Err(Error::Posix("enetunreach")));
    // And the addresses end with their time.
    assert_eq!(world.ask(0, Request::Receive(listener, 1)), Err(Error::Posix("enotconn")));
    world.run(9000 * SECOND);
    let late = world.handle(0, Request::Open(Family::Inet6, Kind::Stream));
    assert_eq!(world.ask(0, Request::Bind(late, address)), Err(Error::Posix("eaddrnotavail")));
}

#[test]
fn an_address_that_somebody_has_is_not_taken() {
    let mut world = World::new(1);
    world.add(Config::default());
    world.start(0, "10.0.0.1");
    world.poll();
    // Somebody answers the probe.
    let own: Ipv6Addr = "fe80::ff:fe00:1".parse().unwrap();
    let mut message = vec![136, 0, 0, 0, 0x20, 0, 0, 0];
    message.extend(own.octets());
    throw(&mut world, icmp(255, own, ALL, &message));
    world.run(10 * SECOND);
    assert!(addresses(&mut world, 0).is_empty());
}

#[test]
fn hours_are_not_cut_to_seconds_by_a_liar() {
    let mut world = World::pair(1, Config::default());
    world.run(5 * SECOND);
    throw(&mut world, icmp(255, router(), ALL, &advertisement(9000, 90_000)));
    world.run(5 * SECOND);
    throw(&mut world, icmp(255, router(), ALL, &advertisement(9000, 1)));
    world.run(3600 * SECOND);
    let handle = world.handle(0, Request::Open(Family::Inet6, Kind::Stream));
    assert_eq!(world.ask(0, Request::Bind(handle, at("2001:db8:1::ff:fe00:1", 80))), Ok(Answer::Done));
}
