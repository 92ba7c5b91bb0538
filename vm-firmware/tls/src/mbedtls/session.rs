//! One connection on a device. Owns when MbedTLS is called, and what its errors are in OTP's words.

use alloc::string::String;
use alloc::vec::Vec;

use emberl_vm::net::{Error, Secured, TlsVersion, Verify};
use mbedtls_rs_sys as sys;

use super::Context;
use super::config::no_memory;
use super::ssl::{Outcome, Ssl};
use crate::alert::{self, code};
use crate::name::Name;
use crate::{OUTGOING, RECORD, Read};

/// One connection.
pub(crate) struct Session {
    ssl: Ssl,
    flow: Flow,
}

/// How far it is.
#[derive(Default)]
struct Flow {
    /// What went wrong.
    error: Option<Error>,
    /// An alert that has not gone yet.
    alert: Option<u8>,
    /// The wire has ended.
    ended: bool,
    /// `close_notify` came.
    finished: bool,
    /// `close_notify` is to go.
    closing: bool,
    /// It went.
    closed: bool,
    /// The handshake is over, and the peer is taken.
    secured: bool,
}

impl Session {
    pub(crate) fn new(context: &Context, name: Option<Name<'_>>, time: u64) -> Result<Self, Error> {
        let mut session = Self { ssl: Ssl::new(&context.0, name, time)?, flow: Flow::default() };
        session.flow.advance(&mut session.ssl);
        match session.flow.error {
            Some(error) => Err(error),
            None => Ok(session),
        }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) -> usize {
        let Self { ssl, flow } = self;
        if flow.error.is_some() || flow.finished || flow.ended {
            return bytes.len();
        }
        if bytes.is_empty() || ssl.readable() > 0 || ssl.outgoing().len() >= OUTGOING {
            return 0;
        }
        let taken = ssl.offer(bytes, |ssl| flow.advance(ssl));
        if flow.error.is_some() || flow.finished { bytes.len() } else { taken }
    }

    pub(crate) fn end(&mut self) {
        self.flow.ended = true;
    }

    pub(crate) fn outgoing(&self) -> &[u8] {
        self.ssl.outgoing()
    }

    pub(crate) fn sent(&mut self, count: usize) {
        self.ssl.sent(count);
        self.flow.advance(&mut self.ssl);
    }

    pub(crate) fn handshake(&mut self) -> Result<Option<Secured>, Error> {
        self.flow.state()?;
        if !self.flow.secured {
            return if self.flow.finished || self.flow.closing { Err(Error::Posix("closed")) } else { Ok(None) };
        }
        Ok(Some(Secured {
            version: self.ssl.version(),
            suite: self.ssl.suite().and_then(iana),
            alpn: self.ssl.alpn().map(copy).transpose()?,
            peer: self.ssl.peer().map(copy).transpose()?,
        }))
    }

    pub(crate) fn read(&mut self, max: usize) -> Result<Read, Error> {
        let readable = self.ssl.readable();
        if readable > 0 {
            let count = readable.min(max);
            let mut bytes = Vec::new();
            bytes.try_reserve_exact(count).map_err(|_| Error::Posix("enomem"))?;
            bytes.resize(count, 0);
            if count > 0 {
                let (_, read) = self.ssl.read(&mut bytes);
                bytes.truncate(read);
            }
            return Ok(Read::Bytes(bytes));
        }
        self.flow.state()?;
        Ok(if self.flow.finished { Read::End } else { Read::Wait })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        self.flow.state()?;
        if self.flow.closing {
            return Err(Error::Posix("closed"));
        }
        let room = OUTGOING.saturating_sub(self.ssl.outgoing().len() + RECORD);
        let part = bytes.get(..bytes.len().min(room)).unwrap_or_default();
        if !self.flow.secured || part.is_empty() || !self.ssl.flush() {
            return Ok(0);
        }
        self.ssl.reserve(part.len() + RECORD)?;
        match self.ssl.write(part) {
            // What does not go at once goes before all else.
            Outcome::Done | Outcome::WantWrite => Ok(part.len()),
            outcome => {
                self.flow.fail(&mut self.ssl, outcome);
                self.flow.state().map(|()| 0)
            }
        }
    }

    pub(crate) fn close(&mut self) {
        if self.flow.error.is_none() {
            self.flow.closing = true;
            self.flow.advance(&mut self.ssl);
        }
    }

    pub(crate) fn memory(&self) -> usize {
        self.ssl.memory() + size_of::<Self>()
    }
}

impl Flow {
    /// The error that holds when there is nothing left to be read.
    fn state(&self) -> Result<(), Error> {
        match self.error {
            Some(error) => Err(error),
            None if self.ended && !self.finished => Err(Error::Posix("closed")),
            None => Ok(()),
        }
    }

    /// Goes on as far as can be.
    fn advance(&mut self, ssl: &mut Ssl) {
        loop {
            if self.error.is_some() {
                self.alarm(ssl);
                return;
            }
            if self.closing && !self.closed && ssl.flush() {
                ssl.alarm(false, 0);
                self.closed = true;
            }
            let left = ssl.left();
            let outcome = if !ssl.over() {
                if self.finished || self.closed {
                    return;
                }
                let outcome = ssl.step();
                if matches!(outcome, Outcome::Done) {
                    self.judge(ssl);
                }
                outcome
            } else {
                if !self.secured || self.finished || ssl.readable() > 0 || ssl.outgoing().len() >= OUTGOING {
                    return;
                }
                ssl.read(&mut []).0
            };
            match outcome {
                Outcome::Done => {}
                // MbedTLS says so also when it has dropped a message.
                Outcome::WantRead if ssl.left() < left && ssl.left() > 0 => {}
                Outcome::WantRead | Outcome::WantWrite => return,
                Outcome::End => self.finished = true,
                outcome => self.fail(ssl, outcome),
            }
        }
    }

    /// After a step of the handshake: whether the peer is refused. This is the only place that refuses, so it is asked
    /// after every step, and once more when the handshake is over, when the peer must have been judged.
    fn judge(&mut self, ssl: &mut Ssl) {
        let verify = ssl.verifies();
        let client = !ssl.server();
        let missing = match ssl.version() {
            TlsVersion::Tls13 => code::CERTIFICATE_REQUIRED,
            TlsVersion::Tls12 => code::HANDSHAKE_FAILURE,
        };
        if verify != Verify::None {
            if let Some(refusal) = ssl.refusal() {
                return self.refuse(ssl, refusal.error(!client), refusal.code());
            }
            if verify == Verify::Required && ssl.missing() {
                return self.refuse(ssl, alert::generated(!client, missing), missing);
            }
        }
        if ssl.over() {
            let must = client && verify != Verify::None || verify == Verify::Required;
            let shown = verify != Verify::None && ssl.peer().is_some();
            if (must || shown) && !(ssl.judged() && ssl.peer().is_some()) {
                return self.refuse(ssl, alert::generated(!client, missing), missing);
            }
            self.secured = true;
        }
    }

    fn refuse(&mut self, ssl: &Ssl, error: Error, code: u8) {
        let (error, code) = if ssl.starved() { (Error::Posix("enomem"), code::INTERNAL_ERROR) } else { (error, code) };
        self.error.get_or_insert(error);
        self.alert = Some(code);
    }

    /// Takes what failed as the session's error. MbedTLS sends most alerts itself.
    fn fail(&mut self, ssl: &mut Ssl, outcome: Outcome) {
        let result = match outcome {
            Outcome::Received(code) => {
                self.error.get_or_insert(alert::received(ssl.server(), code));
                return;
            }
            Outcome::Failed(result) => {
                if let Some(code) = ssl.plain_alert(result) {
                    self.error.get_or_insert(alert::received(ssl.server(), code));
                    return;
                }
                result
            }
            _ => sys::MBEDTLS_ERR_SSL_INTERNAL_ERROR,
        };
        let code = ssl.pending(result).unwrap_or_else(|| alert_of(result));
        let error = if no_memory(result) || ssl.starved() {
            Error::Posix("enomem")
        } else {
            alert::generated(ssl.server(), code)
        };
        self.error.get_or_insert(error);
        if !ssl.answered() {
            self.alert = Some(code);
        }
        self.alarm(ssl);
    }

    /// Sends the alert that is due, or what is left of it.
    fn alarm(&mut self, ssl: &mut Ssl) {
        if !ssl.flush() {
            return;
        }
        if let Some(code) = self.alert.take() {
            ssl.alarm(true, code);
        }
    }
}

/// The alert that an error of MbedTLS is.
fn alert_of(result: i32) -> u8 {
    /// `PSA_ERROR_INVALID_SIGNATURE`
    const SIGNATURE: i32 = -149;
    /// `PSA_ERROR_INVALID_ARGUMENT`: a point that is not on its curve.
    const ARGUMENT: i32 = -135;
    match result {
        sys::MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION | sys::MBEDTLS_ERR_SSL_VERSION_MISMATCH => code::PROTOCOL_VERSION,
        sys::MBEDTLS_ERR_SSL_INVALID_MAC => code::BAD_RECORD_MAC,
        sys::MBEDTLS_ERR_SSL_INVALID_RECORD | sys::MBEDTLS_ERR_SSL_DECODE_ERROR => code::DECODE_ERROR,
        sys::MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE | sys::MBEDTLS_ERR_SSL_UNEXPECTED_RECORD => code::UNEXPECTED_MESSAGE,
        sys::MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER | sys::MBEDTLS_ERR_SSL_BAD_INPUT_DATA | ARGUMENT => {
            code::ILLEGAL_PARAMETER
        }
        sys::MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL => code::NO_APPLICATION_PROTOCOL,
        sys::MBEDTLS_ERR_SSL_UNSUPPORTED_EXTENSION => code::UNSUPPORTED_EXTENSION,
        sys::MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE
        | sys::MBEDTLS_ERR_SSL_PRIVATE_KEY_REQUIRED
        | sys::MBEDTLS_ERR_SSL_PK_TYPE_MISMATCH => code::HANDSHAKE_FAILURE,
        sys::MBEDTLS_ERR_SSL_BAD_CERTIFICATE => code::BAD_CERTIFICATE,
        SIGNATURE => code::DECRYPT_ERROR,
        // The high bits tell the part: reading certificates; a bad point; public keys, RSA and curves.
        _ => match result.unsigned_abs() & 0xFF80 {
            0x4C80 | 0x4F80 => code::ILLEGAL_PARAMETER,
            0x2080..=0x3000 => code::BAD_CERTIFICATE,
            0x3880..=0x4F80 => code::DECRYPT_ERROR,
            _ => code::INTERNAL_ERROR,
        },
    }
}

/// IANA's name of a cipher suite: MbedTLS has lines for its lower ones, and the version with a line within.
fn iana(name: &str) -> Option<String> {
    let name = name.strip_prefix("TLS1-3-").or_else(|| name.strip_prefix("TLS-"))?;
    let mut text = String::new();
    text.try_reserve_exact(4 + name.len()).ok()?;
    text.push_str("TLS_");
    text.extend(name.chars().map(|character| if character == '-' { '_' } else { character }));
    Some(text)
}

/// A copy, if there is memory for it.
fn copy(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len()).map_err(|_| Error::Posix("enomem"))?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}
