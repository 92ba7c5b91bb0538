//! The life of the link: starting, losing, stopping, addresses by DHCP from an access point, and that all of it is given
//! back.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod world;
use emberl_net::{CardEvent, Config};
use emberl_vm::net::*;
use world::*;

const POINT: AccessPoint<'static> = AccessPoint {
    ssid: b"own",
    psk: b"12345678",
    channel: 0,
    hidden: false,
    stations: 4,
    address: std::net::Ipv4Addr::new(192, 168, 4, 1),
    prefix: 24,
};

fn start_point(world: &mut World, index: usize) {
    let request = Request::Start { station: None, access_point: Some(POINT) };
    assert_eq!(world.ask(index, request), Ok(Answer::Done));
}

#[test]
fn stations_get_addresses() {
    let mut world = World::new(1);
    world.add(Config::default());
    start_point(&mut world, 0);
    for index in 1..4 {
        world.add(Config { ipv6: false, ..Config::default() });
        assert_eq!(world.ask(index, Request::State), Ok(Answer::State(State::Inactive)));
        world.start_dhcp(index);
        world.poll();
        assert_eq!(world.ask(index, Request::State), Ok(Answer::State(State::Associated)));
    }
    *world.wire.log.borrow_mut() = Some(Vec::new());
    world.run(20 * SECOND);
    let log = world.wire.log.take().unwrap();
    // The server is told the name of the host.
    assert!(log.iter().any(|frame| frame.windows(10).any(|bytes| bytes == b"\x0c\x08device-7")));
    let mut given = Vec::new();
    for index in 1..4 {
        let events = world.events(index);
        let [Event::Up, Event::Address(address)] = events[..] else { panic!("{events:?}") };
        assert_eq!((address.prefix, address.gateway), (24, Some(POINT.address)));
        assert!(!given.contains(&address.address));
        given.push(address.address);
        assert_eq!(world.ask(index, Request::State), Ok(Answer::State(State::Connected)));
    }
    let events = world.events(0);
    let mut told: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::StationAddress(address) => Some(*address),
            _ => None,
        })
        .collect();
    told.sort();
    given.sort();
    assert_eq!(told, given);
    assert_eq!(events[0], Event::ApUp);
    assert_eq!(world.used(0, "leases"), (3, 8));

    // Leases are renewed without a word, and outlive their first time.
    world.run(4 * 7200 * SECOND);
    for index in 1..4 {
        assert_eq!(world.events(index), []);
    }
    // Without the server they end.
    world.ask(0, Request::Stop).unwrap();
    assert_eq!(world.events(0), []);
    world.poll();
    assert_eq!(world.events(0), [Event::ApDown]);
    world.run(7300 * SECOND);
    for index in 1..4 {
        let events = world.events(index);
        assert!(matches!(events[..], [Event::AddressLost(_)]), "{events:?}");
    }
    start_point(&mut world, 0);
    world.run(30 * SECOND);
    for index in 1..4 {
        let events = world.events(index);
        assert!(matches!(events[..], [Event::Address(_)]), "{events:?}");
    }
}

#[test]
fn an_access_point_has_only_so_many_addresses() {
    let mut world = World::new(1);
    world.add(Config { leases: 2, ..Config::default() });
    start_point(&mut world, 0);
    for index in 1..5 {
        world.add(Config { ipv6: false, ..Config::default() });
        world.start_dhcp(index);
    }
    world.run(60 * SECOND);
    let with = (1..5).filter(|&index| world.events(index).iter().any(|event| matches!(event, Event::Address(_))));
    assert_eq!(with.count(), 2);
}

#[test]
fn a_thousand_starts_leave_the_same() {
    let mut world = World::pair(1, Config::default());
    world.ask(0, Request::Stop).unwrap();
    let mut first = None;
    for round in 0..1000 {
        if round % 2 == 0 {
            world.start(0, "10.0.0.1");
        } else {
            world.start_dhcp(0);
        }
        assert_eq!(
            world.ask(0, Request::Start { station: None, access_point: Some(POINT) }),
            Err(Error::Posix("already"))
        );
        let listener = world.listen(0, 80, 4);
        let udp = world.handle(0, Request::Open(Family::Inet, Kind::Datagram));
        let lookup = world.handle(0, Request::Lookup("name.local", Family::Inet));
        let client = if round % 2 == 0 {
            world.run(20 * MILLISECOND);
            let client = world.connect(1, at("10.0.0.1", 80));
            let (server, _) = world.accept(0, listener);
            Some((client, server))
        } else {
            world.poll();
            None
        };
        assert_eq!(world.ask(0, Request::Accept(listener)), Ok(Answer::Wait(Direction::Read)));
        world.ask(0, Request::Sntp(Some("10.0.0.2"))).unwrap();
        world.poll();
        world.events(0);
        assert_eq!(world.ask(0, Request::Stop), Ok(Answer::Done));
        assert_eq!(world.ask(0, Request::Stop), Ok(Answer::Done));
        world.poll();
        assert!(world.events(0).contains(&Event::Ready(listener, Direction::Read)));
        for handle in [listener, udp] {
            assert_eq!(world.ask(0, Request::Local(handle)), Err(Error::Posix("enetdown")));
        }
        assert_eq!(world.ask(0, Request::Open(Family::Inet, Kind::Stream)), Err(Error::Posix("enetdown")));
        for handle in [listener, udp, lookup] {
            world.ask(0, Request::Close(handle)).unwrap();
        }
        if let Some((client, server)) = client {
            assert_eq!(world.ask(0, Request::Receive(server, 1)), Err(Error::Posix("enetdown")));
            world.ask(0, Request::Close(server)).unwrap();
            world.ask(1, Request::Set(client, SocketOption::Linger(Some(0)))).unwrap();
            world.ask(1, Request::Close(client)).unwrap();
        }
        world.run(2 * SECOND);
        // By then every place of the table was used.
        if round == 100 {
            first = Some(world.machines[0].driver.memory());
        }
    }
    assert_eq!(Some(world.machines[0].driver.memory()), first);
    for name in ["tcp_sockets", "udp_sockets", "listeners", "lookups", "groups"] {
        assert_eq!(world.used(0, name).0, 0, "{name}");
    }
}

#[test]
fn a_short_loss_of_the_link_does_not_end_connections() {
    let mut world = World::pair(1, Config::default());
    let (server, client) = world.connection(80);
    world.run(5 * SECOND);
    world.events(0);
    world.machines[0].port.carrier.set(false);
    world.poll();
    let events = world.events(0);
    assert!(matches!(events[..], [Event::Down(Reason::LinkLost, Some(_))]), "{events:?}");
    assert_eq!(world.ask(0, Request::State), Ok(Answer::State(State::Degraded)));
    world.ask(1, Request::Send(client, b"meanwhile")).unwrap();
    world.run(5 * SECOND);
    world.machines[0].port.carrier.set(true);
    assert_eq!(world.finish(0, 30, || Request::Receive(server, 99)), Ok(Answer::Bytes(b"meanwhile".to_vec())));
    assert!(world.events(0).contains(&Event::Up));
    assert_eq!(world.ask(0, Request::State), Ok(Answer::State(State::Connected)));

    // A long one does, and the address is told again when the link is back.
    assert_eq!(world.ask(0, Request::Receive(server, 99)), Ok(Answer::Wait(Direction::Read)));
    world.machines[0].port.carrier.set(false);
    world.run(15 * SECOND);
    let events = world.events(0);
    assert!(events.contains(&Event::AddressLost("10.0.0.1".parse().unwrap())), "{events:?}");
    assert!(events.contains(&Event::Ready(server, Direction::Read)));
    assert_eq!(world.ask(0, Request::Receive(server, 99)), Err(Error::Posix("enetdown")));
    world.machines[0].port.carrier.set(true);
    world.run(70 * SECOND);
    let events = world.events(0);
    assert!(events.iter().any(|event| matches!(event, Event::Address(_))), "{events:?}");
}

#[test]
fn radios_try_again_and_tell_why() {
    let mut world = World::new(1);
    world.add(Config { ipv6: false, ..Config::default() });
    let port = world.machines[0].port.clone();
    port.radio.set(true);
    port.carrier.set(false);
    port.answers.set(false);
    world.start(0, "10.0.0.1");
    world.run(SECOND);
    assert_eq!(world.ask(0, Request::State), Ok(Answer::State(State::Connecting)));
    port.events.borrow_mut().push_back(CardEvent::Failed(Reason::Refused));
    world.poll();
    let events = world.events(0);
    let [Event::Down(Reason::Refused, Some(pause))] = events[..] else { panic!("{events:?}") };
    assert!((500..=1000).contains(&pause));
    world.run(120 * SECOND);
    let events = world.events(0);
    assert!(events.iter().all(|event| matches!(event, Event::Down(Reason::Timeout, Some(_)))));
    assert!((4..9).contains(&events.len()), "{events:?}");
    assert!((1 + events.len()..=2 + events.len()).contains(&(port.joins.get() as usize)));
    port.answers.set(true);
    world.run(80 * SECOND);
    assert!(world.events(0).contains(&Event::Up));
    // Stop while connecting, and start while stopping.
    world.ask(0, Request::Stop).unwrap();
    assert_eq!(world.ask(0, Request::State), Ok(Answer::State(State::Disconnecting)));
    port.answers.set(false);
    world.start(0, "10.0.0.1");
    world.poll();
    world.ask(0, Request::Stop).unwrap();
    world.run(2 * SECOND);
    assert_eq!(world.ask(0, Request::State), Ok(Answer::State(State::Inactive)));
    let joins = port.joins.get();
    world.run(200 * SECOND);
    assert_eq!(port.joins.get(), joins);
}

#[test]
fn leaving_and_joining_another() {
    let mut world = World::pair(1, Config { ipv6: false, ..Config::default() });
    world.events(0);
    world.ask(0, Request::Leave).unwrap();
    world.run(100 * SECOND);
    assert_eq!(world.events(0), [Event::AddressLost("10.0.0.1".parse().unwrap()), Event::Down(Reason::Asked, None)]);
    assert_eq!(world.ask(0, Request::State), Ok(Answer::State(State::Disconnected)));
    world.ask(0, Request::Join(None)).unwrap();
    world.run(SECOND);
    let events = world.events(0);
    assert!(matches!(events[..], [Event::Up, Event::Address(_)]), "{events:?}");
    assert_eq!(world.ask(0, Request::Scan), Err(Error::Posix("enotsup")));
    assert_eq!(world.ask(0, Request::Strength), Err(Error::Posix("enotsup")));
}

#[test]
fn what_cannot_be_started_is_refused() {
    let mut world = World::new(1);
    world.add(Config::default());
    let start = |world: &mut World, station, access_point| world.ask(0, Request::Start { station, access_point });
    let station = Station { ssid: b"", psk: b"", hostname: None, address: None };
    let invalid = Err(Error::Posix("einval"));
    assert_eq!(start(&mut world, None, None), invalid);
    assert_eq!(start(&mut world, Some(Station { hostname: Some("with space"), ..station }), None), invalid);
    assert_eq!(start(&mut world, Some(Station { ssid: &[b'x'; 33], ..station }), None), invalid);
    assert_eq!(start(&mut world, None, Some(AccessPoint { address: [224, 0, 0, 1].into(), ..POINT })), invalid);
    assert_eq!(start(&mut world, Some(station), Some(POINT)), Err(Error::Posix("enotsup")));
    assert_eq!(world.machines[0].driver.memory(), 0);
    assert_eq!(world.ask(0, Request::Join(Some(station))), Err(Error::Posix("enetdown")));
}
