//! Two ends of a connection with TLS, and what they need for it.

use emberl_vm::net::{Answer, Error, Family, Handle, Request, Secured, Tls, TlsVersion, Verify};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::machine::Machine;

/// An authority, and a certificate by it with its key: all DER.
pub(crate) struct Papers {
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

pub(crate) fn secured(answer: Result<Answer, Error>) -> Secured {
    match answer {
        Ok(Answer::Secured(secured)) => secured,
        other => panic!("{other:?}"),
    }
}

/// Both go on with their handshakes until both have an answer.
pub(crate) fn shake(
    machine: &mut Machine,
    client: Handle,
    server: Handle,
) -> (Result<Answer, Error>, Result<Answer, Error>) {
    loop {
        let answers = (machine.ask(Request::Handshake(client)), machine.ask(Request::Handshake(server)));
        match answers {
            (Ok(Answer::Wait(_)), _) | (_, Ok(Answer::Wait(_))) => machine.sleep(),
            answers => return answers,
        }
    }
}

/// A connection that TLS has begun on, and the contexts.
pub(crate) fn begun(machine: &mut Machine, newest: TlsVersion, name: &str) -> (Handle, Handle) {
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
