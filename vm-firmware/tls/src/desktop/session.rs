//! One connection on the desktop. Owns how much goes in and out at a time, and what rustls's errors are in OTP's words.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};
use std::io::{self, Read as _, Write as _};
use std::sync::OnceLock;

use emberl_vm::net::{Error, Secured, TlsVersion, Verify};
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::server::NoServerSessionStorage;
use rustls::{
    AlertDescription, ClientConfig, ClientConnection, Connection, ProtocolVersion, ServerConfig, ServerConnection,
};

use super::Context;
use super::verify::Verifier;
use crate::alert::{self, Refusal, code};
use crate::name::Name;
use crate::{OUTGOING, RECORD, Read};

/// One connection.
pub(crate) struct Session {
    connection: Connection,
    server: bool,
    /// Why the verifier refused the peer.
    refusal: Arc<OnceLock<Refusal>>,
    /// For the wire, from `start` on.
    outgoing: Vec<u8>,
    start: usize,
    /// Bytes that can be read.
    plain: usize,
    /// What went wrong.
    error: Option<Error>,
    /// The wire has ended.
    ended: bool,
    /// `close_notify` came.
    finished: bool,
    /// `close_notify` went.
    closed: bool,
}

impl Session {
    pub(crate) fn new(context: &Context, name: Option<Name<'_>>, time: u64) -> Result<Self, Error> {
        let shared = &context.0;
        let name = match name {
            Some(Name::Dns(name)) => {
                Some(ServerName::try_from(String::from(name)).map_err(|_| Error::Posix("einval"))?)
            }
            Some(Name::Address(address)) => Some(ServerName::IpAddress(address.into())),
            None => None,
        };
        let refusal = Arc::new(OnceLock::new());
        let verifier = Arc::new(Verifier {
            authorities: shared.authorities.clone(),
            algorithms: shared.provider.signature_verification_algorithms,
            server: shared.server,
            verify: shared.verify,
            name: name.clone(),
            time,
            refusal: refusal.clone(),
        });
        // What was checked when the context was made cannot fail here.
        let inconsistent = |_| Error::Posix("einval");
        let mut connection = if shared.server {
            let config = ServerConfig::builder_with_provider(shared.provider.clone())
                .with_protocol_versions(&shared.versions)
                .map_err(inconsistent)?;
            let config = match shared.verify {
                Verify::None => config.with_no_client_auth(),
                Verify::Shown | Verify::Required => config.with_client_cert_verifier(verifier),
            };
            let own = shared.own.clone().ok_or(Error::Posix("einval"))?;
            let mut config = config.with_cert_resolver(own);
            config.alpn_protocols.clone_from(&shared.alpn);
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
            Connection::Server(ServerConnection::new(Arc::new(config)).map_err(inconsistent)?)
        } else {
            let config = ClientConfig::builder_with_provider(shared.provider.clone())
                .with_protocol_versions(&shared.versions)
                .map_err(inconsistent)?
                .dangerous()
                .with_custom_certificate_verifier(verifier);
            let mut config = match &shared.own {
                None => config.with_no_client_auth(),
                Some(own) => config.with_client_cert_resolver(own.clone()),
            };
            config.alpn_protocols.clone_from(&shared.alpn);
            config.resumption = Resumption::disabled();
            config.enable_sni = name.is_some();
            // rustls wants some name; the verifier has its own.
            let name = name.unwrap_or(ServerName::IpAddress(IpAddr::V4(Ipv4Addr::UNSPECIFIED).into()));
            Connection::Client(ClientConnection::new(Arc::new(config), name).map_err(inconsistent)?)
        };
        connection.set_buffer_limit(Some(OUTGOING));
        let mut session = Self {
            connection,
            server: shared.server,
            refusal,
            outgoing: Vec::new(),
            start: 0,
            plain: 0,
            error: None,
            ended: false,
            finished: false,
            closed: false,
        };
        session.drain();
        Ok(session)
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) -> usize {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.error.is_some() || self.finished || self.ended {
                return bytes.len();
            }
            if !self.connection.wants_read() || self.outgoing().len() >= OUTGOING {
                break;
            }
            match self.connection.read_tls(&mut rest) {
                Ok(0) => break,
                Ok(_) => self.process(),
                // There is no room for it, although rustls wanted it: a message that is longer than any should be.
                Err(_) => self.fail(alert::generated(self.server, code::RECORD_OVERFLOW)),
            }
        }
        bytes.len() - rest.len()
    }

    /// Lets rustls look at what it was given.
    fn process(&mut self) {
        match self.connection.process_new_packets() {
            Ok(state) => {
                self.plain = state.plaintext_bytes_to_read();
                self.finished = state.peer_has_closed();
            }
            Err(error) => {
                let error = self.name(&error);
                self.fail(error);
            }
        }
        self.drain();
    }

    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    /// Takes what rustls has for the wire.
    fn drain(&mut self) {
        // What went is forgotten before it is as much as what is left, so that moving the rest costs little.
        if self.start * 2 >= self.outgoing.len() {
            self.outgoing.drain(..self.start);
            self.start = 0;
        }
        while self.connection.wants_write() {
            // A vector takes all that it is given.
            if !matches!(self.connection.write_tls(&mut self.outgoing), Ok(count) if count > 0) {
                break;
            }
        }
    }

    pub(crate) fn end(&mut self) {
        self.ended = true;
    }

    pub(crate) fn outgoing(&self) -> &[u8] {
        self.outgoing.get(self.start..).unwrap_or_default()
    }

    pub(crate) fn sent(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.outgoing.len());
        self.drain();
    }

    /// The error that holds when there is nothing left to be read.
    fn state(&self) -> Result<(), Error> {
        match self.error {
            Some(error) => Err(error),
            None if self.ended && !self.finished => Err(Error::Posix("closed")),
            None => Ok(()),
        }
    }

    pub(crate) fn handshake(&mut self) -> Result<Option<Secured>, Error> {
        self.state()?;
        if self.connection.is_handshaking() {
            // The peer does not want to, after all.
            return if self.finished || self.closed { Err(Error::Posix("closed")) } else { Ok(None) };
        }
        let version = match self.connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => TlsVersion::Tls13,
            _ => TlsVersion::Tls12,
        };
        Ok(Some(Secured {
            version,
            suite: self
                .connection
                .negotiated_cipher_suite()
                .and_then(|suite| suite.suite().as_str().map(|name| name.replacen("TLS13_", "TLS_", 1))),
            alpn: self.connection.alpn_protocol().map(<[u8]>::to_vec),
            peer: self.connection.peer_certificates().and_then(<[_]>::first).map(|der| der.to_vec()),
        }))
    }

    pub(crate) fn read(&mut self, max: usize) -> Result<Read, Error> {
        if max == 0 && self.plain > 0 {
            return Ok(Read::Bytes(Vec::new()));
        }
        if self.plain > 0 {
            let mut bytes = vec![0; self.plain.min(max)];
            let count = self.connection.reader().read(&mut bytes).unwrap_or(0);
            bytes.truncate(count);
            self.plain = if count == 0 { 0 } else { self.plain - count };
            if count > 0 {
                // Records that came along with these may be opened now.
                self.process_rest();
                return Ok(Read::Bytes(bytes));
            }
        }
        self.state()?;
        Ok(if self.finished { Read::End } else { Read::Wait })
    }

    fn process_rest(&mut self) {
        if self.plain == 0 && self.error.is_none() {
            self.process();
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        self.state()?;
        if self.closed {
            return Err(Error::Posix("closed"));
        }
        let room = OUTGOING.saturating_sub(self.outgoing().len() + RECORD);
        if self.connection.is_handshaking() || room == 0 {
            return Ok(0);
        }
        let count = bytes.len().min(room);
        let taken = match self.connection.writer().write(bytes.get(..count).unwrap_or_default()) {
            Ok(taken) => taken,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(_) => return Err(alert::generated(self.server, code::INTERNAL_ERROR)),
        };
        self.drain();
        Ok(taken)
    }

    pub(crate) fn close(&mut self) {
        if !self.closed && self.error.is_none() {
            self.connection.send_close_notify();
            self.drain();
        }
        self.closed = true;
    }

    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>() + self.outgoing.capacity() + self.plain
    }

    /// OTP's name of an error.
    fn name(&self, error: &rustls::Error) -> Error {
        use rustls::Error::*;
        use rustls::PeerIncompatible as Incompatible;
        if let (InvalidCertificate(_) | General(_), Some(refusal)) = (error, self.refusal.get()) {
            return refusal.error(self.server);
        }
        let code = match error {
            // Amid the handshake; later it is no error.
            AlertReceived(AlertDescription::CloseNotify) => return Error::Posix("closed"),
            AlertReceived(alert) => return alert::received(self.server, u8::from(*alert)),
            InappropriateMessage { .. } | InappropriateHandshakeMessage { .. } => code::UNEXPECTED_MESSAGE,
            InvalidMessage(message) => u8::from(AlertDescription::from(*message)),
            NoCertificatesPresented => match self.connection.protocol_version() {
                Some(ProtocolVersion::TLSv1_3) => code::CERTIFICATE_REQUIRED,
                _ => code::HANDSHAKE_FAILURE,
            },
            DecryptError => code::BAD_RECORD_MAC,
            PeerSentOversizedRecord => code::RECORD_OVERFLOW,
            PeerIncompatible(
                Incompatible::ServerDoesNotSupportTls12Or13
                | Incompatible::ServerTlsVersionIsDisabledByOurConfig
                | Incompatible::SupportedVersionsExtensionRequired
                | Incompatible::Tls12NotOffered
                | Incompatible::Tls12NotOfferedOrEnabled
                | Incompatible::Tls13RequiredForQuic,
            ) => code::PROTOCOL_VERSION,
            PeerIncompatible(_) => code::HANDSHAKE_FAILURE,
            PeerMisbehaved(_) => code::ILLEGAL_PARAMETER,
            NoApplicationProtocol => code::NO_APPLICATION_PROTOCOL,
            // The signature over the handshake.
            InvalidCertificate(_) => code::DECRYPT_ERROR,
            _ => code::INTERNAL_ERROR,
        };
        alert::generated(self.server, code)
    }
}
