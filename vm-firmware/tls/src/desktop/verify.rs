//! Judging the peer's certificates on the desktop. Owns which of them are taken; the mathematics and the paths are webpki's.
//!
//! The verifiers of rustls would do but for three rules that hold on devices and in OTP: an authority's own dates count, a
//! peer may show an authority's certificate itself, and a refusal is named as OTP names it.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;
use std::sync::OnceLock;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};

use crate::alert::Refusal;

/// Certificates that are trusted, and what they are as authorities.
#[derive(Debug)]
pub(super) struct Authorities {
    certificates: Vec<CertificateDer<'static>>,
    anchors: Vec<TrustAnchor<'static>>,
    /// Told to clients, so that they show a certificate that will do.
    subjects: Vec<DistinguishedName>,
}

impl Authorities {
    /// `None` when one of them is no certificate.
    pub(super) fn new(certificates: &[&[u8]]) -> Option<Self> {
        let certificates: Vec<CertificateDer<'static>> =
            certificates.iter().map(|der| CertificateDer::from(der.to_vec())).collect();
        let anchors = certificates
            .iter()
            .map(|der| webpki::anchor_from_trusted_cert(der).map(|anchor| anchor.to_owned()))
            .collect::<Result<Vec<_>, _>>()
            .ok()?;
        let subjects = anchors.iter().map(|anchor| DistinguishedName::in_sequence(anchor.subject.as_ref())).collect();
        Some(Self { certificates, anchors, subjects })
    }

    /// Whether one of those with this name and key is valid at this time.
    fn valid(&self, anchor: &TrustAnchor<'_>, algorithms: &WebPkiSupportedAlgorithms, time: UnixTime) -> bool {
        self.anchors.iter().zip(&self.certificates).any(|(known, der)| {
            known.subject == anchor.subject
                && known.subject_public_key_info == anchor.subject_public_key_info
                && dates(der, algorithms, time)
        })
    }
}

/// Whether a certificate is valid at this time. One whose dates cannot be read is not.
fn dates(der: &CertificateDer<'_>, algorithms: &WebPkiSupportedAlgorithms, time: UnixTime) -> bool {
    // Looking for a path, of which there is none, tells of wrong dates before all else.
    let Ok(certificate) = EndEntityCert::try_from(der) else { return false };
    let path = certificate.verify_for_usage(algorithms.all, &[], &[], time, KeyUsage::server_auth(), None, None);
    !matches!(
        path.err(),
        Some(
            webpki::Error::CertExpired { .. }
                | webpki::Error::CertNotValidYet { .. }
                | webpki::Error::InvalidCertValidity
                | webpki::Error::BadDer
                | webpki::Error::BadDerTime
        )
    )
}

/// Judges the certificates of one session.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) authorities: Arc<Authorities>,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
    /// Whether this is the server's side.
    pub(super) server: bool,
    /// Whether certificates are judged at all, and must be shown.
    pub(super) verify: emberl_vm::net::Verify,
    /// The name to be found.
    pub(super) name: Option<ServerName<'static>>,
    /// Seconds since 1970; 0 when not known.
    pub(super) time: u64,
    /// Why the peer was refused: rustls knows alerts only.
    pub(super) refusal: Arc<OnceLock<Refusal>>,
}

impl Verifier {
    fn judge(&self, leaf: &CertificateDer<'_>, chain: &[CertificateDer<'_>]) -> Result<(), Error> {
        self.check(leaf, chain).map_err(|refusal| {
            let _ = self.refusal.set(refusal);
            // The error that makes rustls send the refusal's alert.
            match refusal {
                Refusal::UnknownCa => CertificateError::UnknownIssuer.into(),
                Refusal::Expired | Refusal::NotYet | Refusal::NoClock => CertificateError::Expired.into(),
                Refusal::SelfSigned | Refusal::Bad => CertificateError::BadEncoding.into(),
                Refusal::Unsupported => CertificateError::InvalidPurpose.into(),
                Refusal::Name => Error::General("hostname_check_failed".into()),
            }
        })
    }

    fn check(&self, leaf: &CertificateDer<'_>, chain: &[CertificateDer<'_>]) -> Result<(), Refusal> {
        if self.time == 0 {
            return Err(Refusal::NoClock);
        }
        let time = UnixTime::since_unix_epoch(Duration::from_secs(self.time));
        let certificate = EndEntityCert::try_from(leaf).map_err(refusal)?;
        let trusted = |path: &VerifiedPath<'_>| {
            if self.authorities.valid(path.anchor(), &self.algorithms, time) {
                Ok(())
            } else {
                Err(webpki::Error::CertExpired { time, not_after: time })
            }
        };
        let usage = if self.server { KeyUsage::client_auth() } else { KeyUsage::server_auth() };
        let path = certificate.verify_for_usage(
            self.algorithms.all,
            &self.authorities.anchors,
            chain,
            time,
            usage,
            None,
            Some(&trusted),
        );
        match path {
            Ok(_) => {}
            Err(webpki::Error::UnknownIssuer | webpki::Error::CaUsedAsEndEntity)
                if self.authorities.certificates.iter().any(|known| known == leaf) => {}
            Err(webpki::Error::UnknownIssuer | webpki::Error::CaUsedAsEndEntity)
                if certificate.issuer() == certificate.subject() =>
            {
                return Err(Refusal::SelfSigned);
            }
            Err(error) => return Err(refusal(error)),
        }
        match &self.name {
            Some(name) => certificate.verify_is_valid_for_subject_name(name).map_err(|_| Refusal::Name),
            None => Ok(()),
        }
    }

    fn tls12(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn tls13(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }
}

/// What webpki's errors are here.
fn refusal(error: webpki::Error) -> Refusal {
    use webpki::Error::*;
    match error {
        UnknownIssuer => Refusal::UnknownCa,
        CertExpired { .. } | InvalidCertValidity => Refusal::Expired,
        CertNotValidYet { .. } => Refusal::NotYet,
        CertNotValidForName(_) => Refusal::Name,
        EmptyEkuExtension
        | RequiredEkuNotFoundContext(_)
        | UnsupportedCertVersion
        | UnsupportedCriticalExtension
        | UnsupportedNameType
        | UnsupportedSignatureAlgorithmContext(_)
        | UnsupportedSignatureAlgorithmForPublicKeyContext(_) => Refusal::Unsupported,
        // A certificate that only an authority may have, or one that may not stand between.
        CaUsedAsEndEntity | EndEntityUsedAsCa | PathLenConstraintViolated => Refusal::UnknownCa,
        _ => Refusal::Bad,
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.verify != emberl_vm::net::Verify::None {
            self.judge(end_entity, intermediates)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.tls12(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.tls13(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for Verifier {
    fn offer_client_auth(&self) -> bool {
        self.verify != emberl_vm::net::Verify::None
    }

    fn client_auth_mandatory(&self) -> bool {
        self.verify == emberl_vm::net::Verify::Required
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.authorities.subjects
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.judge(end_entity, intermediates)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.tls12(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.tls13(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
