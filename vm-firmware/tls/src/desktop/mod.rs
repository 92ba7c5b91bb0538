//! The desktop's engine: rustls, with the cryptography of ring. Owns contexts; sessions are in `session`, judging
//! certificates in `verify`.

mod session;
mod verify;

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use emberl_vm::net::{Error, Tls, TlsVersion, Verify};
use rustls::SupportedProtocolVersion;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};

pub(crate) use session::Session;
use verify::Authorities;

/// The engine: its randomness is the operating system's.
pub(crate) struct Engine {
    provider: Arc<CryptoProvider>,
}

impl Engine {
    pub(crate) fn new(_: fn(&mut [u8])) -> Self {
        Self { provider: Arc::new(ring::default_provider()) }
    }

    pub(crate) fn context(&self, tls: &Tls<'_>) -> Result<Context, Error> {
        let authorities = Authorities::new(&tls.authorities).ok_or(Error::Posix("bad_authority"))?;
        let own = match tls.key {
            None => None,
            Some(key) => {
                let chain: Vec<CertificateDer<'static>> =
                    tls.certificates.iter().map(|der| CertificateDer::from(der.to_vec())).collect();
                // Each must be one; rustls looks at the first only.
                if chain.iter().any(|der| webpki::anchor_from_trusted_cert(der).is_err()) {
                    return Err(Error::Posix("bad_certificate"));
                }
                let key = PrivateKeyDer::try_from(key).map_err(|_| Error::Posix("bad_key"))?;
                let key = self
                    .provider
                    .key_provider
                    .load_private_key(key.clone_key())
                    .map_err(|_| Error::Posix("bad_key"))?;
                let own = CertifiedKey::new(chain, key);
                match own.keys_match() {
                    Ok(()) => {}
                    Err(rustls::Error::InconsistentKeys(_)) => return Err(Error::Posix("bad_key")),
                    Err(_) => return Err(Error::Posix("bad_certificate")),
                }
                Some(Arc::new(SingleCertAndKey::from(own)))
            }
        };
        let versions = match tls.versions {
            (TlsVersion::Tls12, TlsVersion::Tls12) => vec![&TLS12],
            (TlsVersion::Tls13, _) => vec![&TLS13],
            (TlsVersion::Tls12, TlsVersion::Tls13) => vec![&TLS13, &TLS12],
        };
        Ok(Context(Arc::new(Shared {
            provider: self.provider.clone(),
            server: tls.server,
            verify: tls.verify,
            own,
            authorities: Arc::new(authorities),
            versions,
            alpn: tls.alpn.iter().map(|name| name.to_vec()).collect(),
        })))
    }

    /// Rust's allocator does not tell.
    pub(crate) fn memory(&self) -> usize {
        0
    }
}

/// What sessions have in common.
#[derive(Clone)]
pub(crate) struct Context(Arc<Shared>);

struct Shared {
    provider: Arc<CryptoProvider>,
    server: bool,
    verify: Verify,
    own: Option<Arc<SingleCertAndKey>>,
    authorities: Arc<Authorities>,
    versions: Vec<&'static SupportedProtocolVersion>,
    alpn: Vec<Vec<u8>>,
}

impl Context {
    pub(crate) fn server(&self) -> bool {
        self.0.server
    }
}
