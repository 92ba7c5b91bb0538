//! TLS on connections of the driver: bytes arrive whole, and who is silent, talks garbage or is somebody else does not
//! keep a place.
#![cfg(feature = "tls")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod world;
use emberl_net::Config;
use emberl_vm::net::*;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use world::*;

fn config() -> Config {
    // 2030-01-01, and randomness that the desktop's engine does not ask for.
    Config { time: Some(|| 1_893_456_000), random: Some(|bytes| bytes.fill(4)), ..Config::default() }
}

/// An authority, and a certificate and a key of its own for `name`.
fn identity(name: &str) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2040, 1, 1);
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap().der().to_vec();
    let issuer = Issuer::new(params, key);
    let mut params = CertificateParams::new(vec![name.to_string()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2040, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap().der().to_vec();
    (authority, certificate, key.serialize_der())
}

/// A world, and contexts of a server (machine 0) and of a client (machine 1) that trusts it.
fn contexts(config: Config) -> (World, Handle, Handle) {
    let mut world = World::pair(1, config);
    let (authority, certificate, key) = identity("device.local");
    let versions = (TlsVersion::Tls12, TlsVersion::Tls13);
    let tls = Tls {
        server: true,
        verify: Verify::None,
        certificates: vec![&certificate],
        key: Some(&key),
        authorities: vec![],
        versions,
        alpn: vec![],
    };
    let server = world.handle(0, Request::Context(tls));
    let tls = Tls {
        server: false,
        verify: Verify::Required,
        certificates: vec![],
        key: None,
        authorities: vec![&authority],
        versions,
        alpn: vec![],
    };
    let client = world.handle(1, Request::Context(tls));
    (world, server, client)
}

/// Both ends of a connection on which TLS was begun.
fn begun(world: &mut World, contexts: (Handle, Handle), name: &'static str) -> (Handle, Handle) {
    let (server, client) = world.connection(443);
    assert_eq!(world.ask(0, Request::Secure(server, contexts.0, None)), Ok(Answer::Done));
    assert_eq!(world.ask(1, Request::Secure(client, contexts.1, Some(name))), Ok(Answer::Done));
    (server, client)
}

fn joined(world: &mut World, contexts: (Handle, Handle)) -> (Handle, Handle) {
    let (server, client) = begun(world, contexts, "device.local");
    for (index, handle) in [(1, client), (0, server)] {
        let secured = world.finish(index, 10, || Request::Handshake(handle));
        assert!(matches!(secured, Ok(Answer::Secured(_))), "{secured:?}");
    }
    (server, client)
}

#[test]
fn a_megabyte_comes_back_over_a_bad_wire() {
    let (mut world, a, b) = contexts(config());
    world.wire.faults.set(Faults { lost: 10, doubled: 10, late: 20 });
    let (server, client) = joined(&mut world, (a, b));
    let total = 1_000_000;
    let byte = |index: usize| (index * 31 + index / 251) as u8;
    let (mut sent, mut received, mut back, mut ended) = (0, 0, Vec::new(), false);
    let end = world.now() + 2000 * SECOND;
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
                    world.ask(1, Request::Shutdown(client, Shutdown::Write)).unwrap();
                }
            }
            if back.is_empty() && !ended {
                match world.ask(0, Request::Receive(server, 700)) {
                    Ok(Answer::Bytes(bytes)) => {
                        back = bytes;
                        progress = true;
                    }
                    Ok(Answer::End) => {
                        ended = true;
                        world.ask(0, Request::Close(server)).unwrap();
                    }
                    Ok(Answer::Wait(Direction::Read)) => {}
                    other => panic!("{other:?}"),
                }
            }
            if !back.is_empty()
                && let Ok(Answer::Count(count)) = world.ask(0, Request::Send(server, &back))
            {
                back.drain(..count);
                progress = true;
            }
            match world.ask(1, Request::Receive(client, 4096)) {
                Ok(Answer::Bytes(bytes)) => {
                    for (index, got) in bytes.iter().enumerate() {
                        assert_eq!(*got, byte(received + index));
                    }
                    received += bytes.len();
                    progress = true;
                }
                Ok(Answer::End) => return true,
                Ok(Answer::Wait(Direction::Read)) => {}
                other => panic!("{other:?}"),
            }
            if !progress {
                return false;
            }
        }
    });
    assert!(done, "{sent} sent, {received} received");
    assert_eq!((sent, received), (total, total));
    world.ask(1, Request::Close(client)).unwrap();
    world.run(60 * SECOND);
    for index in 0..2 {
        assert_eq!(world.used(index, "tcp_sockets").0, 0);
        assert_eq!(world.used(index, "tls_sessions").0, 0);
    }
}

#[test]
fn waits_are_ended_by_events() {
    let (mut world, a, b) = contexts(config());
    let (server, client) = begun(&mut world, (a, b), "device.local");
    for (index, handle) in [(0, server), (1, client)] {
        assert_eq!(world.ask(index, Request::Handshake(handle)), Ok(Answer::Wait(Direction::Read)));
        world.events(index);
    }
    world.run(SECOND);
    for (index, handle) in [(0, server), (1, client)] {
        let events = world.events(index);
        assert_eq!(events.iter().filter(|event| **event == Event::Ready(handle, Direction::Read)).count(), 1);
        assert!(matches!(world.ask(index, Request::Handshake(handle)), Ok(Answer::Secured(_))));
    }
    assert_eq!(world.ask(0, Request::Receive(server, 9)), Ok(Answer::Wait(Direction::Read)));
    world.ask(1, Request::Send(client, b"hello")).unwrap();
    world.run(SECOND);
    assert!(world.events(0).contains(&Event::Ready(server, Direction::Read)));
    assert_eq!(world.ask(0, Request::Receive(server, 9)), Ok(Answer::Bytes(b"hello".to_vec())));
    while let Ok(Answer::Count(_)) = world.ask(1, Request::Send(client, &[1; 1000])) {
        world.run(SECOND);
    }
    world.run(SECOND);
    assert_eq!(world.events(1), []);
    while let Ok(Answer::Bytes(_)) = world.ask(0, Request::Receive(server, 10_000)) {
        world.run(MILLISECOND);
    }
    assert!(world.events(1).contains(&Event::Ready(client, Direction::Write)));
    // Closing sends what is left, and a word that it was all.
    world.ask(1, Request::Send(client, b"last")).unwrap();
    world.ask(1, Request::Close(client)).unwrap();
    assert_eq!(world.finish(0, 5, || Request::Receive(server, 9)), Ok(Answer::Bytes(b"last".to_vec())));
    assert_eq!(world.finish(0, 5, || Request::Receive(server, 9)), Ok(Answer::End));
}

#[test]
fn another_name_is_refused_on_both_sides() {
    let (mut world, a, b) = contexts(config());
    let (server, client) = begun(&mut world, (a, b), "other.local");
    let refused = world.finish(1, 10, || Request::Handshake(client));
    assert!(matches!(refused, Err(Error::Alert("handshake_failure", _))), "{refused:?}");
    let told = world.finish(0, 10, || Request::Handshake(server));
    // With TLS 1.3 the server is done before the client has looked.
    let told = if told.is_ok() { world.finish(0, 10, || Request::Receive(server, 9)) } else { told };
    assert!(matches!(told, Err(Error::Alert(..))), "{told:?}");
}

#[test]
fn who_says_nothing_or_nonsense_is_put_out() {
    let (mut world, a, _) = contexts(config());
    let (server, client) = world.connection(443);
    world.ask(0, Request::Secure(server, a, None)).unwrap();
    // A part of a hello, and then nothing, for longer than the patience of the server.
    world.ask(1, Request::Send(client, &[22, 3, 1, 0, 200, 1, 0])).unwrap();
    assert_eq!(world.ask(0, Request::Handshake(server)), Ok(Answer::Wait(Direction::Read)));
    let begin = world.now();
    assert_eq!(world.finish(0, 60, || Request::Handshake(server)), Err(Error::Posix("timeout")));
    assert_eq!((world.now() - begin) / SECOND, 30);
    assert!(world.finish(1, 5, || Request::Receive(client, 9)).is_err());
    for (index, handle) in [(0, server), (1, client)] {
        world.ask(index, Request::Close(handle)).unwrap();
    }

    let (server, client) = world.connection(444);
    world.ask(0, Request::Secure(server, a, None)).unwrap();
    world.ask(1, Request::Send(client, b"GET / HTTP/1.0\r\n\r\n")).unwrap();
    let nonsense = world.finish(0, 60, || Request::Handshake(server));
    assert!(matches!(nonsense, Err(Error::Alert(..))), "{nonsense:?}");
    world.ask(0, Request::Close(server)).unwrap();
    world.ask(1, Request::Close(client)).unwrap();
    world.run(60 * SECOND);
    assert_eq!(world.used(0, "tls_sessions").0, 0);
    assert_eq!(world.used(0, "tcp_sockets").0, 0);
}

#[test]
fn sessions_and_contexts_are_bounded() {
    let (mut world, a, b) = contexts(Config { tls_sessions: 1, tls_contexts: 1, ..config() });
    let tls = |world: &mut World| {
        let tls = Tls {
            server: false,
            verify: Verify::None,
            certificates: vec![],
            key: None,
            authorities: vec![],
            versions: (TlsVersion::Tls13, TlsVersion::Tls13),
            alpn: vec![],
        };
        world.ask(1, Request::Context(tls))
    };
    assert_eq!(tls(&mut world), Err(Error::Posix("enobufs")));
    let (server, client) = joined(&mut world, (a, b));
    let (_, second) = world.connection(444);
    assert_eq!(world.ask(1, Request::Secure(second, b, None)), Err(Error::Posix("enobufs")));
    assert_eq!(world.ask(1, Request::Secure(client, b, None)), Err(Error::Posix("einval")));
    assert_eq!(world.ask(1, Request::Handshake(second)), Err(Error::Posix("einval")));
    world.ask(1, Request::Close(client)).unwrap();
    world.ask(0, Request::Close(server)).unwrap();
    world.run(SECOND);
    // The context outlives a stop; the session does not, nor does it outlive its connection.
    world.ask(1, Request::Secure(second, b, None)).unwrap();
    world.ask(1, Request::Stop).unwrap();
    assert_eq!(world.used(1, "tls_sessions").0, 0);
    assert_eq!(world.used(1, "tls_contexts").0, 1);
    world.ask(1, Request::Close(b)).unwrap();
    assert!(tls(&mut world).is_ok());
}
