//! An authority of the tests' own, and two sessions with a wire between them.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use emberl_tls::{Context, Engine, Read, Session};
use emberl_vm::net::{Error, Secured, Tls, TlsVersion, Verify};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType,
};

/// 2030-01-01, the time of the tests.
pub const NOW: u64 = 1_893_456_000;
/// The versions, oldest and newest, that sessions are tried with.
pub const VERSIONS: [(TlsVersion, TlsVersion); 3] = [
    (TlsVersion::Tls12, TlsVersion::Tls12),
    (TlsVersion::Tls13, TlsVersion::Tls13),
    (TlsVersion::Tls12, TlsVersion::Tls13),
];

/// What a certificate is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Server,
    Client,
    Any,
}

/// An authority.
pub struct Authority {
    pub der: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
pub struct Own {
    pub chain: Vec<Vec<u8>>,
    pub key: Vec<u8>,
}

fn authority_params(name: &str, years: (i32, i32)) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    params
}

impl Authority {
    pub fn new(name: &str) -> Self {
        Self::during(name, (2020, 2040))
    }

    pub fn during(name: &str, years: (i32, i32)) -> Self {
        let params = authority_params(name, years);
        let key = KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self { der, issuer: Issuer::new(params, key) }
    }

    /// The same name and key, in another certificate.
    pub fn renewed(&self, name: &str, years: (i32, i32)) -> Vec<u8> {
        let key = KeyPair::try_from(self.issuer.key().serialize_der()).unwrap();
        authority_params(name, years).self_signed(&key).unwrap().der().to_vec()
    }

    /// An authority below this one.
    pub fn below(&self, name: &str, years: (i32, i32)) -> Self {
        let params = authority_params(name, years);
        let key = KeyPair::generate().unwrap();
        let der = params.signed_by(&key, &self.issuer).unwrap().der().to_vec();
        Self { der, issuer: Issuer::new(params, key) }
    }

    pub fn sign(&self, names: &[&str], purpose: Use, years: (i32, i32)) -> Own {
        let mut params = leaf_params(names, purpose, years);
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().unwrap();
        let der = params.signed_by(&key, &self.issuer).unwrap().der().to_vec();
        Own { chain: vec![der], key: key.serialize_der() }
    }

    pub fn server(&self) -> Own {
        self.sign(&["device.local", "10.0.0.1"], Use::Server, (2020, 2040))
    }

    pub fn client(&self) -> Own {
        self.sign(&[], Use::Client, (2020, 2040))
    }
}

fn leaf_params(names: &[&str], purpose: Use, years: (i32, i32)) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "leaf");
    params.subject_alt_names = names
        .iter()
        .map(|name| match name.parse() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName((*name).try_into().unwrap()),
        })
        .collect();
    params.extended_key_usages = match purpose {
        Use::Server => vec![ExtendedKeyUsagePurpose::ServerAuth],
        Use::Client => vec![ExtendedKeyUsagePurpose::ClientAuth],
        Use::Any => vec![],
    };
    params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    params
}

/// A certificate that is signed by itself: as an authority or not.
pub fn self_signed(authority: bool) -> Own {
    let mut params = leaf_params(&["device.local"], Use::Any, (2020, 2040));
    if authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let key = KeyPair::generate().unwrap();
    Own { chain: vec![params.self_signed(&key).unwrap().der().to_vec()], key: key.serialize_der() }
}

pub fn engine() -> Engine {
    Engine::new(|_| panic!("the desktop's engine has its own"))
}

/// A side of a connection.
#[derive(Clone)]
pub struct Side<'a> {
    pub verify: Verify,
    pub own: Option<&'a Own>,
    pub authorities: Vec<&'a [u8]>,
    pub versions: (TlsVersion, TlsVersion),
    pub alpn: Vec<&'a [u8]>,
}

impl<'a> Side<'a> {
    pub fn server(own: &'a Own) -> Self {
        Self {
            verify: Verify::None,
            own: Some(own),
            authorities: vec![],
            versions: (TlsVersion::Tls12, TlsVersion::Tls13),
            alpn: vec![],
        }
    }

    pub fn client(authority: &'a [u8]) -> Self {
        Self {
            verify: Verify::Required,
            own: None,
            authorities: vec![authority],
            versions: (TlsVersion::Tls12, TlsVersion::Tls13),
            alpn: vec![],
        }
    }

    pub fn versions(mut self, versions: (TlsVersion, TlsVersion)) -> Self {
        self.versions = versions;
        self
    }

    pub fn tls(&self, server: bool) -> Tls<'a> {
        Tls {
            server,
            verify: self.verify,
            certificates: self.own.map_or_else(Vec::new, |own| own.chain.iter().map(Vec::as_slice).collect()),
            key: self.own.map(|own| own.key.as_slice()),
            authorities: self.authorities.clone(),
            versions: self.versions,
            alpn: self.alpn.clone(),
        }
    }

    pub fn context(&self, server: bool) -> Context {
        engine().context(&self.tls(server)).unwrap()
    }
}

/// A client and a server.
pub struct Pair {
    pub client: Session,
    pub server: Session,
}

/// Moves what one side has for the other, in parts of so many bytes. Whether something moved.
pub fn carry(from: &mut Session, to: &mut Session, part: usize) -> bool {
    let mut moved = false;
    while !from.outgoing().is_empty() {
        let count = from.outgoing().len().min(part);
        let bytes = from.outgoing()[..count].to_vec();
        let taken = to.feed(&bytes);
        if taken == 0 {
            break;
        }
        from.sent(taken);
        moved = true;
    }
    moved
}

impl Pair {
    pub fn new(client: &Side<'_>, server: &Side<'_>, name: Option<&str>) -> Self {
        Self::at(client, server, name, NOW)
    }

    pub fn at(client: &Side<'_>, server: &Side<'_>, name: Option<&str>, time: u64) -> Self {
        Self {
            client: Session::new(&client.context(false), name, time).unwrap(),
            server: Session::new(&server.context(true), None, time).unwrap(),
        }
    }

    /// Lets bytes flow until none do.
    pub fn settle(&mut self, part: usize) {
        while carry(&mut self.client, &mut self.server, part) | carry(&mut self.server, &mut self.client, part) {}
    }

    /// The handshake of both sides.
    pub fn shake(&mut self) -> (Result<Option<Secured>, Error>, Result<Option<Secured>, Error>) {
        self.settle(usize::MAX);
        (self.client.handshake(), self.server.handshake())
    }

    /// A pair whose handshake is over.
    pub fn secured(client: &Side<'_>, server: &Side<'_>, name: Option<&str>) -> Self {
        let mut pair = Self::new(client, server, name);
        let (client, server) = pair.shake();
        assert!(client.unwrap().is_some());
        assert!(server.unwrap().is_some());
        pair
    }
}

/// The name of an alert.
pub fn alert<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    match result {
        Err(Error::Alert(name, _)) => name,
        other => panic!("no alert: {other:?}"),
    }
}

/// All that can be read at once.
pub fn read(session: &mut Session) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Ok(Read::Bytes(part)) = session.read(1000) {
        bytes.extend(part);
    }
    bytes
}
