//! TLS as a state machine over bytes: what comes from the wire is put in, what is for the wire is taken out, nothing waits.
//! Owns sessions and the contexts they are made by; the engine below is MbedTLS on devices and rustls on the desktop.
//!
//! A session is driven like this, by whoever has the connection:
//! - bytes that came are given to [`Session::feed`], which takes as many as have room; the others are offered again after
//!   a [`read`](Session::read) or after something was [`sent`](Session::sent);
//! - what [`Session::outgoing`] has is put on the wire, and [`Session::sent`] is told how much of it went;
//! - when the peer ends the connection, [`Session::end`] is told so;
//! - after each of these, [`handshake`](Session::handshake), [`read`](Session::read) and [`write`](Session::write) may
//!   have another answer. After an error there may still be an alert in `outgoing` that the peer should get.
//!
//! # Verification
//! The peer's certificates must lead to one of the authorities; each, the authority's too, must be valid at the time that
//! the session was begun with; its use must fit; and a client that was given a name must find it among the alternative
//! names of the certificate (the common name does not count, RFC 9525). A peer that shows one of the authorities'
//! certificates itself is trusted.
//!
//! A time before [`EARLIEST`] is that of a clock that was never set. Dates cannot be checked then, and a certificate that cannot be checked
//! is refused: a client of a device takes the time first, or says that it verifies nothing.
//!
//! Alerts are named as OTP's `ssl` names them: `unknown_ca`, `certificate_expired`, `handshake_failure` for a wrong name.
//! The end of the wire without `close_notify` is the error `closed`: what came before may have been cut short.
//!
//! # Memory
//! A session takes in at most a record that is not yet read, and gives out at most [`OUTGOING`] bytes of data. The
//! device's engine keeps two buffers of 16 KiB for each session beside that. A handshake may put a flight of messages on
//! top, which is as long as the own certificates.
//!
//! # The two engines
//! TLS 1.2 (with forward secrecy and authenticated encryption) and 1.3; keys of RSA from 2048 bits, and of the curves
//! P-256 and P-384. Sessions are not resumed, so every session has seen and checked the peer's certificate.
#![no_std]
#![deny(unsafe_code)]
extern crate alloc;
#[cfg(not(target_os = "none"))]
extern crate std;

mod alert;
#[cfg(any(target_os = "none", test))]
mod date;
#[cfg(not(target_os = "none"))]
mod desktop;
#[cfg(target_os = "none")]
mod mbedtls;
mod name;

use alloc::vec::Vec;

use emberl_vm::net::{Error, Secured, Tls};

#[cfg(not(target_os = "none"))]
use desktop as engine;
#[cfg(target_os = "none")]
use mbedtls as engine;

/// Bytes for the wire from which on a session takes no more data to be sent.
pub const OUTGOING: usize = 2048;

/// Seconds since 1970: the beginning of 2025, before all of this was written. A clock that tells less was never set.
pub const EARLIEST: u64 = 1_735_689_600;

/// Bytes that a record is at most longer than its data: its head, its nonce, padding, and its tag.
const RECORD: usize = 64;

/// What all sessions of a machine have in common.
pub struct Engine(engine::Engine);

impl Engine {
    /// An engine with a source of random bytes that is fit for keys: it must fill all of the slice. The desktop's engine
    /// has its own, the operating system's, and does not ask this one.
    ///
    /// There is one source for a machine: that of the engine made last.
    #[must_use]
    pub fn new(random: fn(&mut [u8])) -> Self {
        Self(engine::Engine::new(random))
    }

    /// Makes what several sessions have in common. Certificates and keys are copied.
    ///
    /// # Errors
    /// `bad_certificate`, `bad_key` (also one that is not that of the first certificate), `bad_authority`; `einval` for
    /// versions of which the oldest is the newer one, for application protocols that are empty, longer than 255
    /// bytes or have a null byte, for a certificate without a key or a key without one, and for a server without them;
    /// `enomem`.
    pub fn context(&self, tls: &Tls<'_>) -> Result<Context, Error> {
        if tls.versions.0 > tls.versions.1
            || tls.alpn.iter().any(|name| name.is_empty() || name.len() > 255 || name.contains(&0))
            || (tls.server && tls.certificates.is_empty())
            || tls.key.is_some() == tls.certificates.is_empty()
        {
            return Err(Error::Posix("einval"));
        }
        self.0.context(tls).map(Context)
    }

    /// Bytes that all contexts and sessions have taken from the allocator, where the engine counts them: on devices.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.0.memory()
    }
}

/// What several sessions have in common. Clones share it.
#[derive(Clone)]
pub struct Context(engine::Context);

impl Context {
    /// Whether it is for the side that accepts connections.
    #[must_use]
    pub fn server(&self) -> bool {
        self.0.server()
    }
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// Bytes, at least one unless none were wanted.
    Bytes(Vec<u8>),
    /// There are none yet.
    Wait,
    /// The peer has said that it sends no more.
    End,
}

/// One connection.
pub struct Session(engine::Session);

impl Session {
    /// Begins a session: a client then has its first message in [`outgoing`](Self::outgoing).
    ///
    /// `name` is what a client wants to find in the server's certificate, a DNS name or an IP address; a DNS name is told
    /// to the server (RFC 6066, 3). Without one any name will do. A server has no use for it.
    /// `unix_seconds` is the time; less than [`EARLIEST`] when it is not known.
    ///
    /// # Errors
    /// `einval` for a name that is none, `enomem`.
    pub fn new(context: &Context, name: Option<&str>, unix_seconds: u64) -> Result<Self, Error> {
        let name = match name {
            Some(name) if !context.server() => Some(name::Name::parse(name).ok_or(Error::Posix("einval"))?),
            _ => None,
        };
        // The engines have 0 for a clock that was never set.
        let time = if unix_seconds < EARLIEST { 0 } else { unix_seconds };
        engine::Session::new(&context.0, name, time).map(Self)
    }

    /// Takes bytes from the wire: as many as it tells. Fewer than there were when something has to be read or sent
    /// before. All of them, for nothing, after an error or after the end. On a device a step of the handshake is
    /// computed here, which takes a good part of a second.
    pub fn feed(&mut self, bytes: &[u8]) -> usize {
        self.0.feed(bytes)
    }

    /// The wire has ended.
    pub fn end(&mut self) {
        self.0.end();
    }

    /// What is for the wire.
    #[must_use]
    pub fn outgoing(&self) -> &[u8] {
        self.0.outgoing()
    }

    /// So many bytes of [`outgoing`](Self::outgoing) are on their way.
    pub fn sent(&mut self, count: usize) {
        self.0.sent(count);
    }

    /// What became of the handshake; `None` while it goes on.
    ///
    /// # Errors
    /// Alerts that were generated or received; `closed` when the wire ended.
    pub fn handshake(&mut self) -> Result<Option<Secured>, Error> {
        self.0.handshake()
    }

    /// Reads at most so many bytes. Also what came before an error is read first.
    ///
    /// # Errors
    /// As [`handshake`](Self::handshake). `closed` when the wire ended without a word.
    pub fn read(&mut self, max: usize) -> Result<Read, Error> {
        self.0.read(max)
    }

    /// Takes bytes to be sent: as many as it tells, none while the handshake goes on or when there is no room.
    ///
    /// # Errors
    /// As [`handshake`](Self::handshake). `closed` after [`close`](Self::close).
    pub fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        self.0.write(bytes)
    }

    /// Sends no more: the peer is told (`close_notify`) by what is then in [`outgoing`](Self::outgoing). What the peer
    /// sends can still be read.
    pub fn close(&mut self) {
        self.0.close();
    }

    /// Bytes that the session takes; the desktop's engine tells its buffers only.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.0.memory()
    }
}
