//! TLS between two sockets.

use emberl_vm::net::{
    Answer, Error, Family, Handle, Request, Secured, Shutdown, SocketOption, Tls, TlsVersion, Verify,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::Machine;
use crate::machine::posix;

/// An authority, and a certificate by it with its key: all DER.
struct Papers {
    authority: Vec<u8>,
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Papers {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        Self { authority: authority.der().to_vec(), certificate: certificate.der().to_vec(), key: key.serialize_der() }
    }

    fn server(&self, machine: &mut Machine) -> Handle {
        machine.handle(Request::Context(Tls {
            server: true,
            verify: Verify::None,
            certificates: vec![&self.certificate],
            key: Some(&self.key),
            authorities: Vec::new(),
            versions: (TlsVersion::Tls12, TlsVersion::Tls13),
            alpn: vec![b"http/1.1"],
        }))
    }

    fn client(&self, machine: &mut Machine, newest: TlsVersion) -> Handle {
        machine.handle(Request::Context(Tls {
            server: false,
            verify: Verify::Required,
            certificates: Vec::new(),
            key: None,
            authorities: vec![&self.authority],
            versions: (TlsVersion::Tls12, newest),
            alpn: vec![b"http/1.1"],
        }))
    }
}

fn secured(answer: Result<Answer, Error>) -> Secured {
    match answer {
        Ok(Answer::Secured(secured)) => secured,
        other => panic!("{other:?}"),
    }
}

/// Both go on with their handshakes until both have an answer.
fn shake(machine: &mut Machine, client: Handle, server: Handle) -> (Result<Answer, Error>, Result<Answer, Error>) {
    loop {
        let answers = (machine.ask(Request::Handshake(client)), machine.ask(Request::Handshake(server)));
        match answers {
            (Ok(Answer::Wait(_)), _) | (_, Ok(Answer::Wait(_))) => machine.sleep(),
            answers => return answers,
        }
    }
}

/// A connection that TLS has begun on, and the contexts.
fn begun(machine: &mut Machine, newest: TlsVersion, name: &str) -> (Handle, Handle) {
    let papers = Papers::new("device.example");
    let (client, server) = machine.pair(Family::Inet);
    let contexts = [papers.client(machine, newest), papers.server(machine)];
    machine.done(Request::Secure(client, contexts[0], Some(name)));
    machine.done(Request::Secure(server, contexts[1], None));
    // The sessions have what they need.
    for context in contexts {
        machine.done(Request::Close(context));
    }
    (client, server)
}

#[test]
fn what_is_sent_goes_through_tls() {
    for newest in [TlsVersion::Tls12, TlsVersion::Tls13] {
        let mut machine = Machine::new();
        let (client, server) = begun(&mut machine, newest, "device.example");
        assert_eq!(machine.ask(Request::Send(client, b"too early")), posix("enotconn"));
        let (at_client, at_server) = shake(&mut machine, client, server);
        let at_client = secured(at_client);
        assert_eq!(at_client.version, newest);
        assert_eq!(at_client.alpn.as_deref(), Some(&b"http/1.1"[..]));
        assert!(at_client.peer.is_some());
        assert_eq!(secured(at_server).peer, None);
        machine.send_all(client, b"hello");
        assert_eq!(machine.receive(server, 5), b"hello");
        machine.send_all(server, b"hello yourself");
        assert_eq!(machine.receive(client, 14), b"hello yourself");
        // The end, told by the session; the other side may go on.
        machine.done(Request::Shutdown(client, Shutdown::Write));
        assert_eq!(machine.get(Request::Receive(server, 1)), Ok(Answer::End));
        machine.send_all(server, b"more");
        assert_eq!(machine.receive(client, 4), b"more");
        machine.done(Request::Close(server));
        assert_eq!(machine.get(Request::Receive(client, 1)), Ok(Answer::End));
        machine.done(Request::Close(client));
        assert_eq!((machine.used("sockets"), machine.used("contexts")), (0, 0));
    }
}

#[test]
fn much_is_sent_and_then_closed() {
    let mut machine = Machine::new();
    let (client, server) = begun(&mut machine, TlsVersion::Tls13, "device.example");
    let (at_client, at_server) = shake(&mut machine, client, server);
    (secured(at_client), secured(at_server));
    machine.done(Request::Set(client, SocketOption::SendBuffer(10_000)));
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
    let (mut sent, mut got, mut held) = (0, Vec::new(), 0);
    while sent < bytes.len() {
        let end = bytes.len().min(sent + 65_536);
        match machine.ask(Request::Send(client, &bytes[sent..end])) {
            Ok(Answer::Count(count)) => sent += count,
            Ok(Answer::Wait(_)) => {
                held += 1;
                if let Ok(Answer::Bytes(more)) = machine.get(Request::Receive(server, 30_000)) {
                    got.extend(more);
                }
                machine.poll();
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(held > 1, "{held}");
    // What was taken is still sent after the close.
    machine.done(Request::Close(client));
    let rest = machine.receive(server, bytes.len() - got.len());
    got.extend(rest);
    assert!(got == bytes);
    assert_eq!(machine.get(Request::Receive(server, 1)), Ok(Answer::End));
    machine.done(Request::Close(server));
}

#[test]
fn a_wrong_name_is_refused_on_both_sides() {
    let mut machine = Machine::new();
    let (client, server) = begun(&mut machine, TlsVersion::Tls13, "other.example");
    let (at_client, at_server) = shake(&mut machine, client, server);
    assert!(matches!(at_client, Err(Error::Alert("handshake_failure", _))), "{at_client:?}");
    assert!(matches!(at_server, Err(Error::Alert(..))), "{at_server:?}");
}

#[test]
fn an_end_without_a_word_is_none() {
    let mut machine = Machine::new();
    let (client, server) = begun(&mut machine, TlsVersion::Tls13, "device.example");
    let (at_client, at_server) = shake(&mut machine, client, server);
    (secured(at_client), secured(at_server));
    assert_eq!(machine.ask(Request::Secure(client, client, None)), posix("einval"));
    machine.done(Request::Set(server, SocketOption::Linger(Some(0))));
    machine.done(Request::Close(server));
    assert_eq!(machine.get(Request::Receive(client, 1)), posix("econnreset"));
}
