//! Whom a session takes for its peer, and what it says when it does not.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod common;

use common::{Authority, NOW, Own, Pair, Side, Use, VERSIONS, alert, self_signed};
use emberl_vm::net::{Error, TlsVersion, Verify};

/// The alerts of the client and of the server, in each version.
fn alerts(client: &Side<'_>, server: &Side<'_>, name: Option<&str>, time: u64) -> Vec<(&'static str, &'static str)> {
    VERSIONS
        .iter()
        .map(|&versions| {
            let mut pair = Pair::at(&client.clone().versions(versions), &server.clone().versions(versions), name, time);
            let (client, server) = pair.shake();
            let (client, server) = (alert(client), alert(server));
            // And so says every question after that.
            assert_eq!(alert(pair.client.read(1)), client);
            assert_eq!(alert(pair.client.write(b"x")), client);
            assert_eq!(alert(pair.server.read(1)), server);
            (client, server)
        })
        .collect()
}

/// A client that refuses its server with an alert that the server gets.
fn refused(client: &Side<'_>, own: &Own, name: Option<&str>, time: u64, expected: &'static str) {
    assert_eq!(alerts(client, &Side::server(own), name, time), [(expected, expected); 3]);
}

fn taken(client: &Side<'_>, server: &Side<'_>, name: Option<&str>) {
    for versions in VERSIONS {
        let mut pair = Pair::new(&client.clone().versions(versions), &server.clone().versions(versions), name);
        let (client, server) = pair.shake();
        assert!(client.unwrap().is_some());
        assert!(server.unwrap().is_some());
    }
}

#[test]
fn the_name_must_be_in_the_certificate() {
    let authority = Authority::new("A");
    let own = authority.sign(&["device.local", "*.example.org", "10.0.0.1", "fe80::1"], Use::Server, (2020, 2040));
    let client = Side::client(&authority.der);
    for name in ["device.local", "DEVICE.local", "device.local.", "x.example.org", "10.0.0.1", "fe80::1"] {
        taken(&client, &Side::server(&own), Some(name));
    }
    taken(&client, &Side::server(&own), None);
    for name in ["other.local", "example.org", "a.b.example.org", "10.0.0.2", "::1", "leaf"] {
        refused(&client, &own, Some(name), NOW, "handshake_failure");
    }
    let mut pair = Pair::new(&client, &Side::server(&own), Some("other.local"));
    assert_eq!(
        pair.shake().0,
        Err(Error::Alert(
            "handshake_failure",
            "TLS client: generated CLIENT ALERT: Fatal - Handshake Failure\n {bad_cert,hostname_check_failed}"
        ))
    );
    assert_eq!(
        pair.server.handshake(),
        Err(Error::Alert("handshake_failure", "TLS server: received CLIENT ALERT: Fatal - Handshake Failure"))
    );
    // A common name is no name of a server.
    let own = authority.sign(&[], Use::Server, (2020, 2040));
    refused(&client, &own, Some("leaf"), NOW, "handshake_failure");
}

#[test]
fn a_certificate_has_its_time() {
    let authority = Authority::new("A");
    let client = Side::client(&authority.der);
    let expired = authority.sign(&["device.local"], Use::Server, (2020, 2025));
    refused(&client, &expired, Some("device.local"), NOW, "certificate_expired");
    let future = authority.sign(&["device.local"], Use::Server, (2035, 2040));
    refused(&client, &future, Some("device.local"), NOW, "certificate_expired");
    // Its first second and its last one.
    let own = authority.sign(&["device.local"], Use::Server, (2030, 2031));
    for (time, good) in [(NOW - 1, false), (NOW, true), (NOW + 365 * 86_400, true), (NOW + 365 * 86_400 + 1, false)] {
        let mut pair = Pair::at(&client, &Side::server(&own), Some("device.local"), time);
        assert_eq!(pair.shake().0.is_ok(), good, "{time}");
    }
}

#[test]
fn without_a_clock_nobody_is_taken() {
    let authority = Authority::new("A");
    let own = authority.server();
    refused(&Side::client(&authority.der), &own, Some("device.local"), 0, "certificate_expired");
    // Some clocks begin with 1970, others with the year that their chip is of.
    for time in [0, 1, 86_400, 1_577_836_800] {
        let mut pair = Pair::at(&Side::client(&authority.der), &Side::server(&own), None, time);
        let Err(Error::Alert(_, text)) = pair.shake().0 else { panic!("taken") };
        assert!(text.contains("the clock is not set"), "{text}");
    }
    // Unless nothing is verified.
    let mut client = Side::client(&authority.der);
    client.verify = Verify::None;
    let mut pair = Pair::at(&client, &Side::server(&own), Some("device.local"), 0);
    assert!(pair.shake().0.unwrap().is_some());
}

#[test]
fn the_authority_must_be_known() {
    let (authority, other) = (Authority::new("A"), Authority::new("B"));
    let own = authority.server();
    refused(&Side::client(&other.der), &own, Some("device.local"), NOW, "unknown_ca");
    // The same name, another key.
    let imposter = Authority::new("A");
    let client = Side::client(&imposter.der);
    let mut pair = Pair::new(&client, &Side::server(&own), Some("device.local"));
    assert!(["unknown_ca", "bad_certificate"].contains(&alert(pair.shake().0)));
    // None at all.
    let mut client = Side::client(&authority.der);
    client.authorities.clear();
    refused(&client, &own, Some("device.local"), NOW, "unknown_ca");
    // One of several.
    client.authorities = vec![&other.der, &authority.der];
    taken(&client, &Side::server(&own), Some("device.local"));
}

#[test]
fn an_authority_has_its_time_too() {
    let old = Authority::during("A", (2020, 2025));
    let own = old.sign(&["device.local"], Use::Server, (2020, 2040));
    refused(&Side::client(&old.der), &own, Some("device.local"), NOW, "certificate_expired");
    // It was renewed: the old certificate does no harm beside the new one.
    let new = old.renewed("A", (2020, 2040));
    let mut client = Side::client(&old.der);
    client.authorities.push(&new);
    taken(&client, &Side::server(&own), Some("device.local"));
}

#[test]
fn certificates_between() {
    let authority = Authority::new("A");
    let between = authority.below("B", (2020, 2040));
    let mut own = between.server();
    refused(&Side::client(&authority.der), &own, Some("device.local"), NOW, "unknown_ca");
    own.chain.push(between.der.clone());
    taken(&Side::client(&authority.der), &Side::server(&own), Some("device.local"));
    let expired = authority.below("C", (2020, 2025));
    let mut own = expired.server();
    own.chain.push(expired.der.clone());
    refused(&Side::client(&authority.der), &own, Some("device.local"), NOW, "certificate_expired");
}

#[test]
fn a_certificate_that_is_signed_by_itself() {
    for authority in [false, true] {
        let own = self_signed(authority);
        let other = Authority::new("A");
        refused(&Side::client(&other.der), &own, Some("device.local"), NOW, "bad_certificate");
        // It is trusted where it is one of the authorities, whatever it says of itself.
        taken(&Side::client(&own.chain[0]), &Side::server(&own), Some("device.local"));
        refused(&Side::client(&own.chain[0]), &own, Some("other.local"), NOW, "handshake_failure");
        refused(
            &Side::client(&own.chain[0]),
            &own,
            Some("device.local"),
            NOW + 100 * 365 * 86_400,
            "certificate_expired",
        );
    }
}

#[test]
fn a_certificate_is_for_something() {
    let authority = Authority::new("A");
    let own = authority.sign(&["device.local"], Use::Client, (2020, 2040));
    refused(&Side::client(&authority.der), &own, Some("device.local"), NOW, "unsupported_certificate");
    let own = authority.sign(&["device.local"], Use::Any, (2020, 2040));
    taken(&Side::client(&authority.der), &Side::server(&own), Some("device.local"));
}

#[test]
fn who_verifies_nothing_takes_anybody() {
    let own = Authority::new("A").sign(&[], Use::Client, (2020, 2021));
    let other = Authority::new("B");
    let mut client = Side::client(&other.der);
    client.verify = Verify::None;
    taken(&client, &Side::server(&own), Some("device.local"));
}

#[test]
fn clients_show_certificates() {
    let authority = Authority::new("A");
    let (own, shown) = (authority.server(), authority.client());
    for verify in [Verify::Shown, Verify::Required] {
        let mut server = Side::server(&own);
        server.verify = verify;
        server.authorities.push(&authority.der);
        let mut client = Side::client(&authority.der);
        client.own = Some(&shown);
        for versions in VERSIONS {
            let mut pair =
                Pair::new(&client.clone().versions(versions), &server.clone().versions(versions), Some("device.local"));
            let (client, server) = pair.shake();
            assert_eq!(client.unwrap().unwrap().peer.as_ref(), Some(&own.chain[0]));
            assert_eq!(server.unwrap().unwrap().peer.as_ref(), Some(&shown.chain[0]));
        }
    }
}

#[test]
fn a_server_asks_for_certificates() {
    let authority = Authority::new("A");
    let own = authority.server();
    let mut server = Side::server(&own);
    server.authorities.push(&authority.der);
    let client = Side::client(&authority.der);
    server.verify = Verify::Shown;
    taken(&client, &server, Some("device.local"));
    server.verify = Verify::Required;
    for (version, expected) in [(TlsVersion::Tls12, "handshake_failure"), (TlsVersion::Tls13, "certificate_required")] {
        let versions = (version, version);
        let mut pair =
            Pair::new(&client.clone().versions(versions), &server.clone().versions(versions), Some("device.local"));
        let (_, refused) = pair.shake();
        assert_eq!(alert(refused), expected);
        // A client of TLS 1.3 learns of it when it reads.
        alert(pair.client.read(1));
    }
}

#[test]
fn a_server_refuses_certificates() {
    let (authority, other) = (Authority::new("A"), Authority::new("B"));
    let own = authority.server();
    for verify in [Verify::Shown, Verify::Required] {
        let mut server = Side::server(&own);
        server.authorities.push(&authority.der);
        server.verify = verify;
        for (shown, expected) in [
            (other.client(), "unknown_ca"),
            (authority.sign(&[], Use::Client, (2020, 2025)), "certificate_expired"),
            (authority.sign(&[], Use::Server, (2020, 2040)), "unsupported_certificate"),
            (self_signed(false), "bad_certificate"),
        ] {
            let mut client = Side::client(&authority.der);
            client.own = Some(&shown);
            for versions in VERSIONS {
                let mut pair = Pair::new(
                    &client.clone().versions(versions),
                    &server.clone().versions(versions),
                    Some("device.local"),
                );
                let (_, refused) = pair.shake();
                assert_eq!(alert(refused), expected);
                assert_eq!(alert(pair.client.read(1)), expected);
            }
        }
    }
}
