//! What goes through sessions, in what portions, and how they end.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod common;

use common::{Authority, NOW, Own, Pair, Side, VERSIONS, alert, carry, engine, read};
use emberl_tls::{OUTGOING, Read, Session};
use emberl_vm::net::{Error, Secured, TlsVersion, Verify};

const CLOSED: Error = Error::Posix("closed");

fn pair_of(authority: &Authority, own: &Own, versions: (TlsVersion, TlsVersion)) -> Pair {
    Pair::secured(
        &Side::client(&authority.der).versions(versions),
        &Side::server(own).versions(versions),
        Some("device.local"),
    )
}

#[test]
fn the_newest_version_of_both_is_taken() {
    let authority = Authority::new("A");
    let own = authority.server();
    use TlsVersion::{Tls12, Tls13};
    for (client, server, expected) in [
        ((Tls12, Tls13), (Tls12, Tls13), Some(Tls13)),
        ((Tls12, Tls12), (Tls12, Tls13), Some(Tls12)),
        ((Tls12, Tls13), (Tls12, Tls12), Some(Tls12)),
        ((Tls13, Tls13), (Tls12, Tls13), Some(Tls13)),
        ((Tls13, Tls13), (Tls12, Tls12), None),
        ((Tls12, Tls12), (Tls13, Tls13), None),
    ] {
        let mut pair = Pair::new(
            &Side::client(&authority.der).versions(client),
            &Side::server(&own).versions(server),
            Some("device.local"),
        );
        let (client, server) = pair.shake();
        match expected {
            Some(version) => {
                let (client, server): (Secured, Secured) = (client.unwrap().unwrap(), server.unwrap().unwrap());
                assert_eq!((client.version, server.version), (version, version));
                assert_eq!(client.suite, server.suite);
                let prefix = if version == Tls13 { "TLS_AES_" } else { "TLS_ECDHE_ECDSA_WITH_AES_" };
                assert!(client.suite.as_ref().unwrap().starts_with(prefix), "{client:?}");
                assert_eq!(client.peer.as_ref(), Some(&own.chain[0]));
                assert_eq!((server.peer, client.alpn, server.alpn), (None, None, None));
            }
            None => {
                assert_eq!(alert(server), "protocol_version");
                assert_eq!(alert(client), "protocol_version");
            }
        }
    }
}

#[test]
fn bytes_go_both_ways() {
    let authority = Authority::new("A");
    let own = authority.server();
    for versions in VERSIONS {
        let mut pair = pair_of(&authority, &own, versions);
        assert_eq!(pair.client.read(10), Ok(Read::Wait));
        assert_eq!(pair.client.write(b"question"), Ok(8));
        pair.settle(usize::MAX);
        // No more than is wanted.
        assert_eq!(pair.server.read(3), Ok(Read::Bytes(b"que".to_vec())));
        assert_eq!(pair.server.read(0), Ok(Read::Bytes(vec![])));
        assert_eq!(pair.server.read(100), Ok(Read::Bytes(b"stion".to_vec())));
        assert_eq!(pair.server.read(100), Ok(Read::Wait));
        assert_eq!(pair.server.write(b"answer"), Ok(6));
        assert_eq!(pair.server.write(b""), Ok(0));
        pair.settle(usize::MAX);
        assert_eq!(read(&mut pair.client), b"answer");
    }
}

#[test]
fn byte_by_byte() {
    let authority = Authority::new("A");
    let (own, shown) = (authority.server(), authority.client());
    for versions in VERSIONS {
        let mut server = Side::server(&own).versions(versions);
        server.verify = Verify::Required;
        server.authorities.push(&authority.der);
        let mut client = Side::client(&authority.der).versions(versions);
        client.own = Some(&shown);
        let mut pair = Pair::new(&client, &server, Some("device.local"));
        pair.settle(1);
        assert!(pair.client.handshake().unwrap().is_some());
        assert!(pair.server.handshake().unwrap().is_some());
        pair.client.write(b"question").unwrap();
        pair.settle(1);
        assert_eq!(read(&mut pair.server), b"question");
        pair.server.close();
        pair.settle(1);
        assert_eq!(pair.client.read(1), Ok(Read::End));
    }
}

#[test]
fn much_through_little() {
    let authority = Authority::new("A");
    let own = authority.server();
    let data: Vec<u8> = (0..500_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for versions in VERSIONS {
        let mut pair = pair_of(&authority, &own, versions);
        let (mut written, mut got) = (0, Vec::new());
        let mut rounds = 0;
        while got.len() < data.len() {
            rounds += 1;
            assert!(rounds < 100_000, "no progress");
            // The wire takes 700 bytes at a time, and the reader reads now and then.
            written += pair.server.write(&data[written..]).unwrap();
            assert!(pair.server.outgoing().len() <= OUTGOING + 100);
            let part = pair.server.outgoing()[..pair.server.outgoing().len().min(700)].to_vec();
            let taken = pair.client.feed(&part);
            pair.server.sent(taken);
            if rounds % 7 == 0
                && let Read::Bytes(bytes) = pair.client.read(5000).unwrap()
            {
                got.extend(bytes);
            }
            assert!(pair.client.memory() < 100_000 && pair.server.memory() < 100_000);
        }
        assert!(got == data);
        assert_eq!(pair.client.read(1), Ok(Read::Wait));
    }
}

#[test]
fn who_is_not_read_from_is_not_fed() {
    let authority = Authority::new("A");
    let own = authority.server();
    let mut pair = pair_of(&authority, &own, VERSIONS[1]);
    let mut fed = 0;
    for _ in 0..1000 {
        pair.client.write(&[7; 1000]).unwrap();
        let before = pair.client.outgoing().len();
        carry(&mut pair.client, &mut pair.server, usize::MAX);
        fed += before - pair.client.outgoing().len();
    }
    assert!(fed < 10_000, "{fed}");
    assert_eq!(pair.client.write(&[7; 1000]), Ok(0));
    let first = read(&mut pair.server).len();
    assert!(first > 0);
    pair.settle(usize::MAX);
    assert!(!read(&mut pair.server).is_empty());
}

#[test]
fn who_sends_nothing_away_takes_no_more() {
    let authority = Authority::new("A");
    let own = authority.server();
    let mut pair = pair_of(&authority, &own, VERSIONS[1]);
    let mut taken = 0;
    for _ in 0..100 {
        taken += pair.server.write(&[1; 10_000]).unwrap();
    }
    assert!(taken > 1000 && taken <= OUTGOING);
    assert!(pair.server.outgoing().len() <= OUTGOING);
}

#[test]
fn application_protocols() {
    let authority = Authority::new("A");
    let own = authority.server();
    for versions in VERSIONS {
        let mut server = Side::server(&own).versions(versions);
        let mut client = Side::client(&authority.der).versions(versions);
        client.alpn = vec![b"h2", b"http/1.1"];
        let mut pair = Pair::secured(&client, &server, Some("device.local"));
        assert_eq!(pair.shake().0.unwrap().unwrap().alpn, None);
        server.alpn = vec![b"mqtt", b"http/1.1"];
        let mut pair = Pair::secured(&client, &server, Some("device.local"));
        assert_eq!(pair.shake().0.unwrap().unwrap().alpn.as_deref(), Some(&b"http/1.1"[..]));
        assert_eq!(pair.shake().1.unwrap().unwrap().alpn.as_deref(), Some(&b"http/1.1"[..]));
        server.alpn = vec![b"mqtt"];
        let mut pair = Pair::new(&client, &server, Some("device.local"));
        let (client, server) = pair.shake();
        assert_eq!((alert(client), alert(server)), ("no_application_protocol", "no_application_protocol"));
    }
}

#[test]
fn an_end_with_a_word() {
    let authority = Authority::new("A");
    let own = authority.server();
    for versions in VERSIONS {
        let mut pair = pair_of(&authority, &own, versions);
        pair.client.write(b"last").unwrap();
        pair.client.close();
        assert_eq!(pair.client.write(b"more"), Err(CLOSED));
        pair.settle(usize::MAX);
        pair.server.end();
        assert_eq!(pair.server.read(100), Ok(Read::Bytes(b"last".to_vec())));
        assert_eq!(pair.server.read(100), Ok(Read::End));
        assert_eq!(pair.server.read(100), Ok(Read::End));
        // The other direction is still there.
        assert_eq!(pair.server.write(b"answer"), Ok(6));
        pair.server.close();
        pair.server.close();
        pair.settle(usize::MAX);
        assert_eq!(read(&mut pair.client), b"answer");
        assert_eq!(pair.client.read(1), Ok(Read::End));
    }
}

#[test]
fn an_end_without_a_word() {
    let authority = Authority::new("A");
    let own = authority.server();
    for versions in VERSIONS {
        let mut pair = pair_of(&authority, &own, versions);
        pair.client.write(b"last").unwrap();
        pair.settle(usize::MAX);
        pair.server.end();
        assert_eq!(pair.server.read(100), Ok(Read::Bytes(b"last".to_vec())));
        assert_eq!(pair.server.read(100), Err(CLOSED));
        assert_eq!(pair.server.write(b"x"), Err(CLOSED));
    }
}

#[test]
fn an_end_amid_the_handshake() {
    let authority = Authority::new("A");
    let own = authority.server();
    for steps in 0..4 {
        for versions in VERSIONS {
            let mut pair = Pair::new(
                &Side::client(&authority.der).versions(versions),
                &Side::server(&own).versions(versions),
                Some("device.local"),
            );
            for step in 0..steps {
                if step % 2 == 0 {
                    carry(&mut pair.client, &mut pair.server, usize::MAX);
                } else {
                    carry(&mut pair.server, &mut pair.client, usize::MAX);
                }
            }
            if pair.server.handshake().unwrap().is_none() {
                assert_eq!(pair.server.read(1), Ok(Read::Wait));
                assert_eq!(pair.server.write(b"x"), Ok(0));
                pair.server.end();
                assert_eq!(pair.server.handshake(), Err(CLOSED));
                assert_eq!(pair.server.read(1), Err(CLOSED));
            }
        }
    }
}

#[test]
fn garbage_for_a_hello() {
    let authority = Authority::new("A");
    let own = authority.server();
    let context = Side::server(&own).context(true);
    for garbage in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &[0; 100],
        &[0xFF; 100],
        &[22, 3, 1, 0xFF, 0xFF, 1, 0, 0, 0],
        &[22, 3, 1, 0, 4, 1, 0xFF, 0xFF, 0xFF],
        &[23, 3, 3, 0, 1, 0],
        &[22, 3, 1, 0, 5, 2, 0, 0, 1, 0],
    ] {
        let mut session = Session::new(&context, None, NOW).unwrap();
        let mut fed = 0;
        while fed < garbage.len() {
            fed += session.feed(&garbage[fed..]);
        }
        match session.handshake() {
            Err(Error::Alert(_, text)) => {
                assert!(text.starts_with("TLS server: generated SERVER ALERT"), "{text}");
                // The alert is in the clear. (rustls has none for a message that is too long.)
                assert!(session.outgoing().is_empty() || session.outgoing()[0] == 21, "{garbage:?}");
            }
            // A message of 16 MiB, that never comes.
            other => {
                assert_eq!(other, Ok(None), "{garbage:?}");
                session.end();
                assert_eq!(session.handshake(), Err(CLOSED));
            }
        }
        // From here on everything is taken, for nothing.
        session.end();
        assert_eq!(session.feed(&[0; 100_000]), 100_000);
    }
}

#[test]
fn a_record_that_was_changed() {
    let authority = Authority::new("A");
    let own = authority.server();
    for versions in VERSIONS {
        let mut pair = pair_of(&authority, &own, versions);
        pair.client.write(b"secret").unwrap();
        let mut record = pair.client.outgoing().to_vec();
        *record.last_mut().unwrap() ^= 1;
        pair.client.sent(record.len());
        assert_eq!(pair.server.feed(&record), record.len());
        assert_eq!(alert(pair.server.read(10)), "bad_record_mac");
        pair.settle(usize::MAX);
        assert_eq!(
            pair.client.read(10),
            Err(Error::Alert("bad_record_mac", "TLS client: received SERVER ALERT: Fatal - Bad Record MAC"))
        );
    }
}

#[test]
fn each_byte_of_a_handshake_changed() {
    // Whatever byte is another, no handshake succeeds with bytes that the other side did not send.
    let authority = Authority::new("A");
    let own = authority.server();
    for versions in VERSIONS {
        let (client, server) = (
            Side::client(&authority.der).versions(versions).context(false),
            Side::server(&own).versions(versions).context(true),
        );
        let mut place = 0;
        loop {
            let mut pair = Pair {
                client: Session::new(&client, Some("device.local"), NOW).unwrap(),
                server: Session::new(&server, None, NOW).unwrap(),
            };
            carry(&mut pair.client, &mut pair.server, usize::MAX);
            let mut flight = pair.server.outgoing().to_vec();
            if place >= flight.len() {
                break;
            }
            flight[place] ^= 0x41;
            pair.server.sent(flight.len());
            pair.client.feed(&flight);
            pair.settle(usize::MAX);
            pair.client.end();
            pair.server.end();
            // (A byte of the head of a record of TLS 1.3's compatibility, or the version of a record, may be any.)
            let both = matches!((pair.client.handshake(), pair.server.handshake()), (Ok(Some(_)), Ok(Some(_))));
            assert!(!both || place < 1000, "{place}");
            place += 5;
        }
    }
}

#[test]
fn what_no_context_is_made_of() {
    let (authority, other) = (Authority::new("A"), Authority::new("B"));
    let (own, another) = (authority.server(), other.server());
    let side = Side::server(&own);
    let good = side.tls(true);
    let error = |tls: &emberl_vm::net::Tls<'_>| engine().context(tls).err();
    assert_eq!(error(&good), None);

    let mut tls = good.clone();
    tls.key = Some(&another.key);
    assert_eq!(error(&tls), Some(Error::Posix("bad_key")));
    tls.key = Some(&own.key[..20]);
    assert_eq!(error(&tls), Some(Error::Posix("bad_key")));
    tls.key = Some(b"");
    assert_eq!(error(&tls), Some(Error::Posix("bad_key")));
    tls.key = None;
    assert_eq!(error(&tls), Some(Error::Posix("einval")));

    let mut tls = good.clone();
    tls.certificates = vec![b"no certificate"];
    assert_eq!(error(&tls), Some(Error::Posix("bad_certificate")));
    tls.certificates = vec![&own.chain[0], &own.chain[0][..50]];
    assert_eq!(error(&tls), Some(Error::Posix("bad_certificate")));
    tls.certificates = vec![];
    assert_eq!(error(&tls), Some(Error::Posix("einval")));

    let mut tls = good.clone();
    tls.authorities = vec![&authority.der, b""];
    assert_eq!(error(&tls), Some(Error::Posix("bad_authority")));

    let mut tls = good.clone();
    tls.versions = (TlsVersion::Tls13, TlsVersion::Tls12);
    assert_eq!(error(&tls), Some(Error::Posix("einval")));

    for name in [&b""[..], b"a\0b", &[b'a'; 256]] {
        let mut tls = good.clone();
        tls.alpn = vec![name];
        assert_eq!(error(&tls), Some(Error::Posix("einval")));
    }
}

#[test]
fn keys_of_several_forms() {
    let authority = Authority::new("A");
    let mut own = authority.server();
    // SEC 1 is what PKCS#8 of a curve has inside, at its end: an octet string of 109 bytes.
    let place = own.key.windows(2).position(|bytes| bytes == [0x04, 0x6D]).unwrap();
    own.key.drain(..place + 2);
    Pair::secured(&Side::client(&authority.der), &Side::server(&own), Some("device.local"));
}

#[test]
fn names_that_are_none() {
    let authority = Authority::new("A");
    let context = Side::client(&authority.der).context(false);
    for name in ["", "a b", "a\0b", "..", "300.1.1.1"] {
        assert_eq!(Session::new(&context, Some(name), NOW).err(), Some(Error::Posix("einval")));
    }
}

#[test]
fn the_name_is_told_unless_it_is_an_address() {
    let authority = Authority::new("A");
    let context = Side::client(&authority.der).context(false);
    let hello = |name| Session::new(&context, name, NOW).unwrap().outgoing().to_vec();
    let has = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
    assert!(
        has(&hello(Some("device.local.")), b"device.local\0") || has(&hello(Some("device.local.")), b"device.local")
    );
    assert!(!has(&hello(Some("10.0.0.1")), b"10.0.0.1"));
    assert!(!has(&hello(None), b"0.0.0.0"));
}

#[test]
fn closing_before_the_handshake_is_over() {
    let authority = Authority::new("A");
    let own = authority.server();
    let mut pair = Pair::new(&Side::client(&authority.der), &Side::server(&own), Some("device.local"));
    pair.client.close();
    assert_eq!(pair.client.handshake(), Err(CLOSED));
    pair.settle(usize::MAX);
    assert_eq!(pair.server.handshake(), Err(CLOSED));
}
