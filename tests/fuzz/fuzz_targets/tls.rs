//! Any bytes for a TLS session: no panic, no bound exceeded, and nobody is taken for a peer that has no certificate.
//!
//! The first byte tells the side and the versions, whether a handshake with a real peer comes first, and in what portions
//! the bytes come.
#![no_main]

use std::sync::OnceLock;

use emberl_tls::{Context, Engine, OUTGOING, Read, Session};
use emberl_vm::net::{Tls, TlsVersion, Verify};
use libfuzzer_sys::fuzz_target;
use rcgen::{CertificateParams, KeyPair};

/// The time of the sessions, at which the certificate is valid.
const NOW: u64 = 1_893_456_000;

/// Contexts of both sides, of TLS 1.2 and of 1.3.
struct Contexts {
    servers: [Context; 2],
    clients: [Context; 2],
}

fn contexts() -> &'static Contexts {
    static CONTEXTS: OnceLock<Contexts> = OnceLock::new();
    CONTEXTS.get_or_init(|| {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["lamp.local".into()]).expect("a name");
        let certificate = params.self_signed(&key).expect("a certificate");
        let key = key.serialize_der();
        let make = |server, version| {
            let own = server || version == TlsVersion::Tls13;
            let tls = Tls {
                server,
                verify: if server { Verify::Shown } else { Verify::Required },
                certificates: if own { vec![certificate.der().as_ref()] } else { vec![] },
                key: own.then_some(key.as_slice()),
                authorities: vec![certificate.der().as_ref()],
                versions: (TlsVersion::Tls12, version),
                alpn: vec![b"http/1.1"],
            };
            Engine::new(|bytes| bytes.fill(0)).context(&tls).expect("a context")
        };
        Contexts {
            servers: [make(true, TlsVersion::Tls12), make(true, TlsVersion::Tls13)],
            clients: [make(false, TlsVersion::Tls12), make(false, TlsVersion::Tls13)],
        }
    })
}

/// Takes all that goes out, gives it to the other side, and reads what came.
fn carry(from: &mut Session, to: &mut Session) -> bool {
    let bytes = from.outgoing().to_vec();
    let taken = to.feed(&bytes);
    from.sent(taken);
    while let Ok(Read::Bytes(_)) = to.read(4096) {}
    taken > 0
}

fuzz_target!(|bytes: &[u8]| {
    let [how, bytes @ ..] = bytes else { return };
    let contexts = contexts();
    let version = usize::from(how & 1);
    let server = how & 2 != 0;
    let mut sessions = [
        Session::new(&contexts.clients[version], Some("lamp.local"), NOW).expect("a client"),
        Session::new(&contexts.servers[usize::from(how >> 3 & 1)], None, NOW).expect("a server"),
    ];
    let [client, other] = &mut sessions;
    let shaken = how & 4 != 0;
    if shaken {
        while carry(client, other) | carry(other, client) {}
        assert!(client.handshake().is_ok_and(|done| done.is_some()));
    }
    let session = if server { other } else { client };
    let portion = match how >> 4 {
        0 => usize::MAX,
        portion => usize::from(portion) * 7,
    };
    let mut rest = bytes;
    while !rest.is_empty() {
        let part = &rest[..rest.len().min(portion)];
        let taken = session.feed(part);
        assert!(taken <= part.len());
        rest = &rest[taken..];
        // A flight of the handshake may be on top.
        assert!(session.outgoing().len() < OUTGOING + 16_384);
        assert!(session.memory() < 256 * 1024);
        let all = session.outgoing().len();
        session.sent(all);
        let mut read = 0;
        while let Ok(Read::Bytes(bytes)) = session.read(1000) {
            read += bytes.len();
        }
        if taken == 0 {
            assert!(all > 0 || read > 0, "a session that takes nothing, and has nothing");
        }
        if let Ok(count) = session.write(b"data") {
            assert!(count <= 4);
        }
    }
    session.end();
    match session.handshake() {
        // These bytes know no key.
        Ok(Some(_)) => assert!(shaken),
        Ok(None) => panic!("a handshake that goes on after the end"),
        Err(_) => {}
    }
    session.close();
    assert!(!matches!(session.read(1), Ok(Read::Wait | Read::Bytes(_))));
});
